import { silentLog } from "@dchat/runtime"
import { expect, test } from "vitest"
import { Lifecycle, type P2pState } from "./lifecycle.ts"

const WAY: readonly P2pState[] = ["starting", "started", "running", "stopping", "stopped"]

/** What `start()` and `run()` come to in a state that is reached step by step. */
function refusals(steps: number): (string | undefined)[] {
  return (["starting", "running"] as const).map((to) => {
    const lifecycle = new Lifecycle(silentLog)
    for (const state of WAY.slice(0, steps)) lifecycle.move(state)
    try {
      lifecycle.move(to)
      return undefined
    } catch (error) {
      return (error as Error).message
    }
  })
}

test("a move that is not allowed says what to do instead", () => {
  expect(WAY.map((_, steps) => refusals(steps)).concat([refusals(WAY.length)])).toEqual([
    [undefined, "a network that is open cannot be running: call start(), and wait for it, before run()"],
    [
      "a network that is starting cannot be starting: wait until start() has returned",
      "a network that is starting cannot be running: wait until start() has returned",
    ],
    ["a network that is started cannot be starting: it needs run() or stop()", undefined],
    [
      "a network that is running cannot be starting: it goes on until stop()",
      "a network that is running cannot be running: it goes on until stop()",
    ],
    [
      "a network that is stopping cannot be starting: wait until stop() has returned",
      "a network that is stopping cannot be running: wait until stop() has returned",
    ],
    [undefined, "a network that is stopped cannot be running: call start(), and wait for it, before run()"],
  ])
})
