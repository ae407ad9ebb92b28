import type { ByteStream, Clock } from "@dchat/runtime"

/** After we have hung up, the other side has this long to read what we sent and hang up too, in milliseconds. */
const GOODBYE_MS = 1000

/**
 * Says that nothing more comes, and waits until the other side has said so too, or until it has taken too long. Returns how
 * many bytes could not be sent.
 */
export async function hangUpPolitely(stream: ByteStream, clock: Clock): Promise<number> {
  let unsent = 0
  const timer = clock.setTimer(GOODBYE_MS, () => {
    unsent = stream.bufferedBytes
    void stream.close()
  })
  stream.end()
  // The peer's own goodbye comes behind whatever else it has sent, which is read and thrown away.
  stream.resume()
  await stream.closed
  timer.cancel()
  return unsent
}

/** Closes the connection. Returns how many bytes had still to be sent. */
export async function hangUpAtOnce(stream: ByteStream): Promise<number> {
  const unsent = stream.bufferedBytes
  await stream.close()
  return unsent
}
