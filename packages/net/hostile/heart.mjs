// What honest nodes say to each other meanwhile, and how they notice that something is amiss.
import { string, struct, u32 } from "@dchat/wire"

/** A beat that is not answered within this is missed: a third of the time that a pong may take. */
const LATE_MS = 5000

/**
 * @typedef {object} Pulse What an honest node has seen so far.
 * @property {number} beats How many of its beats were answered in time.
 * @property {number} late
 * @property {number} slowestMs
 * @property {number} lost Chat of honest nodes that never came.
 * @property {number} doubled
 * @property {number} refused Own chat for which a channel to an honest node had no room.
 * @property {string[]} ends Why channels between honest nodes ended.
 * @property {number} said
 * @property {Record<string, number>} heard The number of the last chat of each.
 */

/**
 * Beats on every channel, and chats, until it is stopped. Chat has numbers without a gap.
 *
 * @param {object} options
 * @param {import("../src/index.ts").P2p} options.p2p
 * @param {typeof import("../src/index.ts")} options.net
 * @param {any} options.Chat
 * @param {string} options.name
 * @param {{ monotonic(): number, setTimer(ms: number, callback: () => void): { cancel(): void } }} options.clock
 * @param {boolean} options.knowsHonestOnly Whether all of its channels are to honest nodes.
 * @param {number} [options.beatMs] From one beat to the next. Default 250.
 * @param {number} [options.chatMs] From one chat to the next. Default 500.
 */
export function makeHeart({ p2p, net, Chat, name, clock, knowsHonestOnly, beatMs = 250, chatMs = 500 }) {
  const { SESSION_DEFAULT, UNMETERED, defineMessage } = net
  const beat = { codec: struct({ number: u32, who: string }), maxBytes: 100, metering: UNMETERED }
  const Beat = defineMessage({ command: "beat", ...beat })
  const Echo = defineMessage({ command: "echo", ...beat })
  /** @type {Pulse} */
  const pulse = { beats: 0, late: 0, slowestMs: 0, lost: 0, doubled: 0, refused: 0, ends: [], said: 0, heard: {} }
  let isOver = false
  let number = 0
  /** @type {Map<number, { at: number, timer: { cancel(): void } }>} */
  const unanswered = new Map()

  const hear = (/** @type {string} */ msg) => {
    const [, who = "", digits = ""] = /^honest (\w+) (\d+) /.exec(msg) ?? []
    if (who === "") return
    const last = pulse.heard[who] ?? Number(digits) - 1
    const skipped = Number(digits) - last - 1
    if (skipped < 0) pulse.doubled += 1
    else pulse.lost += skipped
    pulse.heard[who] = Math.max(last, Number(digits))
  }
  const pound = (/** @type {import("../src/index.ts").Channel} */ channel) => {
    if (isOver || channel.state !== "running") return
    const mine = (number += 1)
    const missed = () => {
      if (!isOver && channel.state === "running") pulse.late += 1
      unanswered.delete(mine)
    }
    unanswered.set(mine, { at: clock.monotonic(), timer: clock.setTimer(LATE_MS, missed) })
    channel.send(Beat, { number: mine, who: name }).catch(() => {})
    clock.setTimer(beatMs, () => pound(channel))
  }
  const answered = (/** @type {number} */ which) => {
    const open = unanswered.get(which)
    if (open === undefined) return
    open.timer.cancel()
    unanswered.delete(which)
    pulse.beats += 1
    pulse.slowestMs = Math.max(pulse.slowestMs, clock.monotonic() - open.at)
  }

  p2p.protocols.register(SESSION_DEFAULT, (channel) => {
    const [beats, echoes, chats] = [channel.subscribe(Beat), channel.subscribe(Echo), channel.subscribe(Chat)]
    if (knowsHonestOnly) void channel.stopped.then(({ message }) => isOver || pulse.ends.push(message))
    return {
      name: "ProtocolHeart",
      start(jobs) {
        void jobs.spawn(async () => {
          for await (const value of beats) await channel.send(Echo, value)
        })
        void jobs.spawn(async () => {
          for await (const value of echoes) answered(/** @type {{ number: number }} */ (value).number)
        })
        void jobs.spawn(async () => {
          for await (const value of chats) hear(/** @type {{ msg: string }} */ (value).msg)
        })
        if (knowsHonestOnly) pound(channel)
      },
    }
  })
  const chat = async () => {
    if (isOver || p2p.state !== "running") return
    pulse.said += 1
    const { refused } = await p2p.broadcast(Chat, { msg: `honest ${name} ${pulse.said} ${"x".repeat(1000)}` })
    if (knowsHonestOnly) pulse.refused += refused
    clock.setTimer(chatMs, () => void chat())
  }
  return {
    pulse,
    /** Begins to chat. To be called once all are connected. */
    chat,
    stop() {
      isOver = true
      for (const { timer } of unanswered.values()) timer.cancel()
    },
  }
}
