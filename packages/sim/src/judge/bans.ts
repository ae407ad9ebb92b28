import type { Judge } from "./judge.ts"

/** Nobody is banned but adversaries. */
export const onlyGuiltyBanned: Judge = {
  name: "only the guilty are banned",
  when: "end",
  judge: (net) =>
    net.journal.bans
      .filter(({ peer }) => !net.isGuilty(peer))
      .map(({ at, node, peer, why }) => `${node} banned ${peer} at ${Math.round(at)} ms: ${why}`),
}
