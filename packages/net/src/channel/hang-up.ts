import type { ByteStream, Clock } from "@dchat/runtime"

/** After we have hung up, the other side has this long to read what we sent and hang up too, in milliseconds. */
const GOODBYE_MS = 1000

/** Says that nothing more comes, and waits until the other side has said so too, or until it has taken too long. */
export async function hangUpPolitely(stream: ByteStream, clock: Clock): Promise<void> {
  const timer = clock.setTimer(GOODBYE_MS, () => void stream.close())
  stream.end()
  // The peer's own goodbye comes behind whatever else it has sent, which is read and thrown away.
  stream.resume()
  await stream.closed
  timer.cancel()
}
