import { Socket } from "node:net"

type Write = (this: Socket, ...args: unknown[]) => unknown

/** Counts the calls of the system's write that sockets make from now on, by their local port. */
export function countWrites() {
  const counts = new Map<number | undefined, number>()
  const prototype = Socket.prototype as unknown as Record<"_write" | "_writev", Write>
  const { _write, _writev } = prototype
  const counting = (write: Write): Write =>
    function counted(...args) {
      counts.set(this.localPort, (counts.get(this.localPort) ?? 0) + 1)
      return write.apply(this, args)
    }
  prototype._write = counting(_write)
  prototype._writev = counting(_writev)
  return {
    ofPort: (port: number) => () => counts.get(port) ?? 0,
    stop() {
      Object.assign(prototype, { _write, _writev })
    },
  }
}
