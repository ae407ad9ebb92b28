/** One end of a pair, in a process of its own: `host.mjs receive|send PEER [ADDRESS]`. */
import { peers } from "./peers/index.mjs"

const [role, name, address] = process.argv.slice(2)
const now = () => Number(process.hrtime.bigint() / 1000n)
/** Processor time of all threads, in microseconds. */
const cpu = () => {
  const { user, system } = process.cpuUsage()
  return user + system
}

if (role === "receive") {
  let left = 0
  let before = 0
  const count = (more) => {
    left -= more
    if (left === 0) process.send({ at: now(), cpu: cpu() - before })
  }
  process.on("message", ({ expect }) => {
    left = expect
    before = cpu()
    process.send({ ready: true })
  })
  process.send({ address: await peers[name].receive(count) })
} else {
  const connected = await peers[name].connect(JSON.parse(address))
  let before = 0
  process.on("message", ({ mode, count }) => {
    if (mode === undefined) {
      process.send({ cpu: cpu() - before })
      return
    }
    before = cpu()
    const at = now()
    const sent = connected[mode](count)
    // A backlog stands when the call returns, whether or not anything has left.
    if (mode === "backlog") process.send({ at })
    else void sent.then(() => process.send({ at }))
  })
  process.send({})
}
