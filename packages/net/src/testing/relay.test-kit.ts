import type { ByteStream, Runtime } from "@dchat/runtime"
import { parseUrl } from "@dchat/wire"
import { packetReader, type SeenPacket } from "./raw-peer.test-kit.ts"

/** A packet of a connection, and who sent it. */
export interface RelayedPacket extends SeenPacket {
  readonly from: "dialler" | "acceptor"
}

/** Stands between two nodes, as the recorder of the reference did, and writes down what each sends. Takes one connection. */
export async function relay(
  from: string,
  to: string,
  { clock, network }: Pick<Runtime, "clock" | "network">,
): Promise<readonly RelayedPacket[]> {
  const packets: RelayedPacket[] = []
  const listener = await network.listen(socketOf(from))
  void (async () => {
    for await (const dialler of listener) {
      const start = clock.monotonic()
      const acceptor = await network.connect(socketOf(to))
      const pass = (sender: "dialler" | "acceptor", source: ByteStream, sink: ByteStream): void => {
        const read = packetReader()
        source.readInto({
          data(chunk) {
            for (const packet of read(chunk)) packets.push({ t: clock.monotonic() - start, from: sender, ...packet })
            sink.write(chunk)
          },
          end: () => sink.end(),
          close: () => void sink.close(),
        })
      }
      pass("dialler", dialler, acceptor)
      pass("acceptor", acceptor, dialler)
      await listener.close()
    }
  })()
  return packets
}

function socketOf(url: string): { kind: "tcp"; host: string; port: number } {
  const { host, port = 0 } = parseUrl(url)
  return { kind: "tcp", host, port }
}
