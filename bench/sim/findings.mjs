/**
 * The tables of docs/simulation-findings.md. All figures are of virtual time: they do not depend on the machine.
 *
 *     npx tsc -b tsconfig.packages.json && node bench/sim/findings.mjs
 */
import { SeededRandom } from "@dchat/runtime/virtual"
import { attackerShare, eclipse, propagation, testnet } from "@dchat/sim"
import { lostDisk } from "./lost-disk.mjs"

const ms = (value) => `${Math.round(value)} ms`
const percent = (value) => `${(100 * value).toFixed(1)} %`

/** A table of Markdown. */
function table(title, head, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`
  console.log(`\n${title}\n\n${line(head)}\n${line(head.map(() => "---"))}\n${rows.map(line).join("\n")}`)
}

/** 200 nodes; twelve messages. With churn a node crashes every two seconds, and is back after half a minute. */
async function spread(degree, hasChurn) {
  const net = await testnet(200, { seed: 1, topology: { kind: "given", degree } })
  let victim = 0
  if (hasChurn) {
    net.every(2, () => {
      const node = net.node(victim++ % 200)
      node.crash()
      net.after(0.5, () => node.restart())
    })
    await net.run(1)
  }
  let turn = 0
  net.every(5, () => {
    const up = net.nodes.filter(({ isUp, p2p }) => isUp && p2p.state === "running")
    up[(turn++ * 7) % up.length]?.flood()
  })
  await net.run(1.05)
  const { p50, p99, max, copies, reached } = propagation(net.journal.messages.values())
  return [degree, hasChurn ? "15 of 200 away" : "none", ms(p50), ms(p99), ms(max), copies.toFixed(2), percent(reached)]
}

const RULES = ["reference", "addrman", "ours"]
const DRAWS = 10

/** What part of those whom the nodes would dial next, if a slot fell empty now, is hostile. */
function hostileDraws(net) {
  const random = new SeededRandom(`draws ${net.now}`)
  const isHostile = (url) => net.isGuilty(net.ownerOf(new URL(url.replace(/^tcp/, "http")).hostname).name)
  const drawn = net.nodes.flatMap(({ p2p, url: own }) => {
    const { hosts, settings } = p2p
    const held = p2p.channels().filter(({ session }) => session === "outbound")
    const taken = new Set(held.map(({ address }) => hosts.groupOf(address)))
    const accept = (url) => url !== own && hosts.may(url, "connect")
    const draw = { settings, accept, taken, inVain: 0 }
    return Array.from({ length: DRAWS }, () => hosts.policy.choose(hosts.lists, draw, random) ?? [])
  })
  const urls = drawn.flat()
  return urls.filter(isHostile).length / Math.max(1, urls.length)
}

/** 40 nodes that find each other; the attacker begins when they are connected. What he holds, moment by moment. */
async function siege(policy, attack, crowd) {
  const topology = { kind: "found" }
  const net = await testnet(40, { seed: 1, policy, topology, ...(crowd && { crowd }), adversaries: [eclipse(attack)] })
  const moments = []
  const note = (when) => moments.push({ when, next: hostileDraws(net), ...attackerShare(net) })
  for (const minute of [1, 5, 10, 20, 60]) {
    await net.run(minute - net.now / 60_000)
    note(`minute ${minute}`)
  }
  for (const node of net.nodes) {
    node.crash()
    await net.run(0.1)
    node.restart()
  }
  await net.run(5)
  note("each was restarted, five minutes later")
  return moments
}

/** The three rules side by side. */
async function sieges(addresses, netgroups, crowd) {
  const attack = { addresses, netgroups }
  const byRule = []
  for (const rule of RULES) byRule.push(await siege(rule, attack, crowd))
  const whole = (value) => String(Math.round(100 * value))
  return byRule[0].map(({ when }, row) => {
    const cell = (of) => byRule.map((moments) => of(moments[row])).join(" / ")
    return [
      `${addresses.toLocaleString("en")} in ${netgroups}`,
      when,
      `${cell(({ addresses: known }) => whole(known))} %`,
      `${cell(({ next }) => whole(next))} %`,
      `${cell(({ dialled }) => whole(dialled))} %`,
      cell(({ eclipsed }) => eclipsed),
    ]
  })
}

/** 40 nodes in two halves for so long; then how long until a message reaches all. */
async function recovery(minutes, topology) {
  const net = await testnet(40, { seed: 1, topology })
  await net.run(3)
  net.partition(net.nodes.slice(0, 20), net.nodes.slice(20))
  await net.run(minutes)
  const sides = (node) =>
    node.channels.some(({ peerIndex }) => peerIndex !== undefined && peerIndex < 20 !== node.index < 20)
  const left = net.nodes.filter(sides).length
  net.heal()
  const healed = net.now
  let seconds = "not within ten minutes"
  for (let turn = 0; turn < 120; turn++) {
    net.node(0).flood(`after ${turn}`)
    await net.run(5 / 60)
    const arrivals = net.journal.messages.get(`after ${turn}`)?.arrivals ?? []
    if (arrivals.filter((time) => !Number.isNaN(time)).length < 39) continue
    seconds = `${Math.round((net.now - healed) / 1000)} s`
    break
  }
  return [topology.kind, `${minutes} min`, left, seconds]
}

const spreads = []
for (const degree of [4, 8, 16]) for (const hasChurn of [false, true]) spreads.push(await spread(degree, hasChurn))
table("Propagation, 200 nodes", ["degree", "churn", "p50", "p99", "max", "copies per node", "reached"], spreads)
table(
  "Recovery after a partition, 40 nodes",
  ["topology", "cut for", "nodes with a channel across at the end", "a message reaches all after"],
  [
    await recovery(0.5, { kind: "given", degree: 8 }),
    await recovery(5, { kind: "given", degree: 8 }),
    await recovery(30, { kind: "given", degree: 8 }),
    await recovery(0.5, { kind: "found" }),
    await recovery(5, { kind: "found" }),
    await recovery(30, { kind: "found" }),
  ],
)
const head = [
  "hostile addresses, netgroups",
  "when",
  "of the addresses known",
  "of whom is dialled next",
  "of dialled channels",
  "nodes eclipsed",
]
const order = "the reference's rule / addrman's / ours"
table(`Under an eclipse attack, 40 nodes alone: ${order}`, head, await sieges(256, 16))
const crowd = { addresses: 2000, known: 400 }
table(`Under an eclipse attack, 40 nodes and a crowd of 2,000: ${order}`, head, [
  ...(await sieges(256, 16, crowd)),
  ...(await sieges(4096, 64, crowd)),
])
const left = "addresses that it has heard of"
table(
  "A node that has lost its disk, under an eclipse attack",
  ["what is left", "slots", "first honest peer dialled: p50", "p75", "p90", "max", "alone", "the longest"],
  [
    await lostDisk("nothing", 6, { slots: 3 }),
    await lostDisk(left, 6, { slots: 3, isHearsayLeft: true }),
    await lostDisk(`${left}; no seed for a minute`, 6, { slots: 3, isHearsayLeft: true, isCut: true }),
    await lostDisk(`${left}; no seed for a minute`, 6, { slots: 8, isHearsayLeft: true, isCut: true }),
  ],
)
