import { lstat, unlink } from "node:fs/promises"
import { connect } from "node:net"
import { platformCode } from "./network-error.ts"

/** What the kernel has room for, without the zero at the end. A longer path would be cut without a word. */
export const UNIX_PATH_MAX_BYTES = process.platform === "linux" ? 107 : 103

/** Removes a socket's file that nobody listens on any more, such as a crash leaves. @returns whether it did. */
export async function removeStaleSocket(path: string): Promise<boolean> {
  const stats = await lstat(path).catch(() => undefined)
  if (stats?.isSocket() !== true || (await isAnswered(path))) return false
  await unlink(path)
  return true
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path })
    socket.on("connect", () => {
      socket.destroy()
      resolve(true)
    })
    // Anything but a refusal, such as a missing permission, may hide somebody who listens.
    socket.on("error", (error) => resolve(platformCode(error) !== "ECONNREFUSED"))
  })
}
