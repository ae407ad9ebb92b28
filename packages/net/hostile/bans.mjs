import { attackOf } from "./assault.mjs"

/**
 * Who was banned who should not be, and who was not who should. An attack's addresses say what it was.
 *
 * @param {readonly import("./assault.mjs").Tally[]} tallies
 * @param {readonly string[]} banned URLs
 */
export function judgeBans(tallies, banned) {
  const hosts = new Set(banned.map(hostOf))
  const innocent = [...hosts].filter((host) => {
    const attack = attackOf(host)
    return attack === undefined || (attack.outcome !== "banned" && attack.mayBeBanned !== true)
  })
  const spared = tallies.flatMap(({ guilty }) => guilty.filter((host) => !hosts.has(host)))
  const bansOf = (/** @type {string} */ name) => [...hosts].filter((host) => attackOf(host)?.name === name).length
  return { innocent, spared, count: hosts.size, bansOf }
}

/** @param {string} url */
function hostOf(url) {
  return /\/\/([^:/]+)/.exec(url)?.[1] ?? url
}
