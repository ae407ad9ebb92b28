import type { Judge } from "./judge.ts"

/** When all have stopped, no timer is set and nothing is on the way. */
export const nothingLeft: Judge = {
  name: "nothing is left when all have stopped",
  when: "stopped",
  judge({ world, nodes }) {
    const running = nodes.filter(({ isUp, p2p }) => isUp && p2p.state !== "stopped").map(({ name }) => name)
    return [
      ...running.map((name) => `${name} has not stopped`),
      ...(world.pendingEvents > 0 ? [`${world.pendingEvents} timers or chunks are left`] : []),
    ]
  },
}
