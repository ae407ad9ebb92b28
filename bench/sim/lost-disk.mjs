import { distances } from "@dchat/runtime/virtual"
import { eclipse, testnet } from "@dchat/sim"

const NODES = 50
const SEEDS = 2
/** Nodes of a network that lose their disks, a minute apart. */
const VICTIMS = 10
/** For so long each of them is watched, in minutes. */
const WATCHED_MIN = 15
/** So many addresses are left where anything is. */
const LEFT = 45

/** The links of a network in which some nodes do not reach the seeds, and seeds do not reach them. */
function cutOffFromSeeds(nodes) {
  const below = distances({ jitter: 40 })
  const isCut = ({ from, to }) =>
    (nodes.has(from.host) && to.host?.startsWith("seed-")) || (nodes.has(to.host) && from.host?.startsWith("seed-"))
  return {
    connect: (link, context) => (isCut(link) ? { kind: "lose" } : below.connect(link, context)),
    send: (link, bytes, context) => (isCut(link) ? { kind: "hold", delay: 1000 } : below.send(link, bytes, context)),
  }
}

/** Leaves a node nothing, or the first addresses that it has only heard of: without anchors, and without their sources. */
async function damage({ store }, isHearsayLeft) {
  const text = new TextDecoder().decode((await store.read("hosts")) ?? new Uint8Array())
  const hearsay = text.split("\n").filter((line) => line.startsWith("grey"))
  for (const name of await store.list()) await store.remove(name)
  if (isHearsayLeft) await store.write("hosts", new TextEncoder().encode(hearsay.slice(0, LEFT).join("\n") + "\n"))
}

/** What became of the nodes of one network. */
async function watch(seed, { slots, isHearsayLeft, isCut }) {
  const cut = new Set()
  const topology = { kind: "found", seeds: SEEDS, slots }
  const options = { seed, topology, natPercent: 20, links: cutOffFromSeeds(cut), adversaries: [eclipse()] }
  const net = await testnet(NODES, options)
  await net.run(2)
  const fates = []
  const restart = (node) => {
    if (isCut) {
      cut.add(node.name)
      net.after(1, () => cut.delete(node.name))
    }
    node.restart()
    fates.push({ node, at: net.now, firstS: Infinity, seconds: 0, alone: 0 })
  }
  const lose = async (node) => {
    await damage(node.host, isHearsayLeft)
    node.crash()
    net.after(0.5, () => restart(node))
  }
  for (let turn = 0; turn < VICTIMS; turn++) {
    const node = net.node((7 + turn * 4) % NODES)
    net.after(turn, () => void lose(node))
  }
  net.every(1, () => {
    for (const fate of fates) {
      if (fate.seconds === WATCHED_MIN * 60) continue
      fate.seconds++
      const honest = fate.node.channels.filter(({ peerIndex }) => peerIndex !== undefined)
      if (honest.length === 0) fate.alone++
      if (fate.firstS === Infinity && honest.some(({ session }) => session === "outbound"))
        fate.firstS = (net.now - fate.at) / 1000
    }
  })
  await net.run(VICTIMS + WATCHED_MIN + 1)
  return fates
}

/** So many networks of nodes that find each other, under an eclipse attack, in which nodes start again without their disks. */
export async function lostDisk(what, networks, options) {
  const fates = []
  for (let seed = 1; seed <= networks; seed++) fates.push(...(await watch(`disk ${seed}`, options)))
  const firsts = fates.map(({ firstS }) => firstS).toSorted((a, b) => a - b)
  const seconds = (share) => {
    const first = firsts[Math.min(firsts.length - 1, Math.floor(share * firsts.length))]
    return first === Infinity ? `not in ${WATCHED_MIN} min` : `${Math.round(first)} s`
  }
  const sum = (of) => fates.reduce((total, fate) => total + of(fate), 0)
  const alone = (100 * sum(({ alone }) => alone)) / sum(({ seconds }) => seconds)
  const worst = Math.max(...fates.map(({ alone }) => alone))
  return [
    what,
    options.slots,
    seconds(0.5),
    seconds(0.75),
    seconds(0.9),
    seconds(1),
    `${alone.toFixed(1)} %`,
    `${worst} s`,
  ]
}
