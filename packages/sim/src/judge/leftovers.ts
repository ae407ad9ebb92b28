import type { Judge } from "./judge.ts"

/** When all have stopped, no timer is set, nothing is on the way, no connection or port is open, and no task runs. */
export const nothingLeft: Judge = {
  name: "nothing is left when all have stopped",
  when: "stopped",
  judge({ world, nodes }) {
    const running = nodes.filter(({ isUp, p2p }) => isUp && p2p.state !== "stopped").map(({ name }) => name)
    return [
      ...running.map((name) => `${name} has not stopped`),
      ...(world.pendingEvents > 0 ? [`${world.pendingEvents} timers or chunks are left`] : []),
      ...world.holdings.flatMap(({ host, streams, listeners, tasks }) => [
        ...(streams > 0 ? [`${host} has ${streams} open connections`] : []),
        ...(listeners > 0 ? [`${host} listens on ${listeners} ports`] : []),
        ...(tasks > 0 ? [`${host} runs ${tasks} tasks`] : []),
      ]),
    ]
  },
}
