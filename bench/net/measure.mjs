/**
 * Messages a second, in pairs: each peer has a sender and a receiver in two processes, on two cores, all of which stand
 * ready at once. In each cycle every one of them runs for a short while, in a new order, and ratios are taken within the
 * cycle, so that what else the machine does at the time cancels out.
 */
import { fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { median, pin, shuffled } from "../machine.mjs"

const HOST = fileURLToPath(new URL("host.mjs", import.meta.url))
const RECEIVER_CORE = 0
const SENDER_CORE = 1
/** For so long a backlog may go as far as it gets before anybody reads it. */
const BACKLOG_MS = 30
/** Messages of the first two rounds, which warm up and tell how many make a round of the length that is wanted. */
const FIRST_COUNT = 20_000

/**
 * Measures peers, and gives one list of figures for each: `perSecond`, `senderCpu` and `receiverCpu` in microseconds a message.
 *
 * @param {string[]} names
 * @param {{ cycles: number, ms: number, mode: "send" | "backlog", count?: number }} how `ms` is the length of
 *   a round; `count` its messages, if that is given.
 */
export async function measure(names, { cycles, ms, mode, count }) {
  const runs = []
  try {
    for (const name of names) runs.push(await prepare(name))
    for (const run of runs) {
      await round(run, mode, count ?? FIRST_COUNT)
      const { perSecond } = await round(run, mode, count ?? FIRST_COUNT)
      run.count = count ?? Math.max(1000, Math.round((perSecond * ms) / 1000))
      await round(run, mode, run.count)
    }
    for (let cycle = 0; cycle < cycles; cycle++) {
      for (const run of shuffled(runs)) run.figures.push(await round(run, mode, run.count))
    }
  } finally {
    for (const { receiver, sender } of runs) for (const { child } of [receiver, sender]) child.kill("SIGKILL")
  }
  return runs.map(({ name, figures }) => ({ name, figures }))
}

async function prepare(name) {
  const receiver = start(RECEIVER_CORE, "receive", name)
  const { address } = await said(receiver)
  const sender = start(SENDER_CORE, "send", name, JSON.stringify(address))
  await said(sender)
  return { name, receiver, sender, count: 0, figures: [] }
}

function start(core, ...args) {
  const child = fork(HOST, args)
  pin(child.pid, core)
  const gone = once(child, "exit").then(([code]) => {
    throw new Error(`${args.slice(0, 2).join(" ")}: the process ended with ${String(code)}`)
  })
  // It is ended in the end.
  gone.catch(() => {})
  return { child, gone }
}

/** What a process says next; throws if it ends instead. */
async function said({ child, gone }) {
  const [message] = await Promise.race([once(child, "message"), gone])
  return message
}

/**
 * One round: from the first call of `send` until the last message has been handed to the application. A backlog is queued
 * while the receiver stands still, and counts from the moment when it goes on.
 */
async function round({ receiver, sender }, mode, count) {
  receiver.child.send({ expect: count })
  await said(receiver)
  const [arrived, sent] = [said(receiver), said(sender)]
  if (mode === "backlog") receiver.child.kill("SIGSTOP")
  sender.child.send({ mode, count })
  let { at: start } = await sent
  if (mode === "backlog") {
    await new Promise((resolve) => setTimeout(resolve, BACKLOG_MS))
    start = Number(process.hrtime.bigint() / 1000n)
    receiver.child.kill("SIGCONT")
  }
  const { at: end, cpu: receiverCpu } = await arrived
  sender.child.send({})
  const { cpu: senderCpu } = await said(sender)
  return {
    perSecond: (count / (end - start)) * 1e6,
    senderCpu: senderCpu / count,
    receiverCpu: receiverCpu / count,
  }
}

/** The median of the ratios of one figure to that of another peer, cycle by cycle. */
export function ratio({ figures }, base, key) {
  return median(figures.map((figure, cycle) => figure[key] / base.figures[cycle][key]))
}
