import { virtualWorld } from "@dchat/runtime/virtual"
import { expect, test } from "vitest"
import { Heartbeat } from "./heartbeat.ts"

/** A heartbeat on virtual time; what it does, with the second in which it does it. */
function patient(pingMs = 30_000, pongTimeoutMs = 10_000) {
  const world = virtualWorld({ seed: "heartbeat" })
  const { clock } = world.host({ name: "here", ip: "10.0.0.1" })
  const log: string[] = []
  const say = (what: string): void => void log.push(`${what} ${Math.floor(clock.monotonic() / 1000)}`)
  const side = { answers: true, deaf: false }
  const heartbeat = new Heartbeat(clock, pingMs, pongTimeoutMs, {
    ping() {
      say("ping")
      if (side.answers) clock.setTimer(50, () => (heartbeat.heard = true))
    },
    lost: () => say("lost"),
    isDeaf: () => side.deaf,
  })
  return { world, clock, log, side, heartbeat }
}

test("a side that says nothing is pinged, and kept for as long as it answers", async () => {
  const { world, log } = patient()
  await world.advance(125_000)
  expect(log).toEqual(["ping 30", "ping 70", "ping 110"])
})

test("a side that answers no ping is given up when the limit is over, and that is the end of it", async () => {
  const { world, log, side } = patient()
  side.answers = false
  await world.advance(3_600_000)
  expect(log).toEqual(["ping 30", "lost 40"])
})

test("a side that talks is never pinged", async () => {
  const { world, clock, log, heartbeat } = patient()
  const talk = (): void => {
    heartbeat.heard = true
    clock.setTimer(20_000, talk)
  }
  talk()
  await world.advance(600_000)
  expect(log).toEqual([])
})

test("whoever does not read blames nobody for silence", async () => {
  const { world, log, side } = patient()
  side.answers = false
  side.deaf = true
  await world.advance(600_000)
  expect(log).toEqual([])
  side.deaf = false
  await world.advance(70_000)
  expect(log).toEqual(["ping 630", "lost 640"])
})

test("what came while the process was busy is read before anybody is given up", async () => {
  const { world, clock, log, side, heartbeat } = patient()
  side.answers = false
  // Comes in the same moment as the verdict, and after it in order: as when a process wakes up, and its timers run first.
  clock.setTimer(39_000, () => clock.setTimer(1_000, () => (heartbeat.heard = true)))
  await world.advance(60_000)
  expect(log).toEqual(["ping 30"])
})

test("no timer is left when it is stopped, nor set when there are to be no pings", async () => {
  const { world, log, heartbeat } = patient()
  heartbeat.stop()
  await world.advance(600_000)
  expect(log).toEqual([])
  const never = patient(Infinity)
  await never.world.advance(600_000)
  expect(never.log).toEqual([])
})
