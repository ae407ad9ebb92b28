import { rmSync } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Shell } from "../cli/shell.ts"
import type { Listening } from "../daemon/daemon.ts"
import { demoConfig, type Role } from "./demo-config.ts"
import { DemoNode } from "./demo-node.ts"
import { Person } from "./person.ts"

/**
 * Runs a seed, alice and bob as three processes on this computer. Alice and bob know the seed alone, and find each other through
 * it. What is typed is sent by alice and shown as bob received
 * it. Without a terminal they say three things of their own accord, and that is all. At the end no process and no file
 * is left.
 *
 * @param verbosity How many times `-v` was given: with it the nodes' logs are shown, and they say more.
 */
export async function runDemo(shell: Shell, verbosity: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "dchat-demo-"))
  const nodes: DemoNode[] = []
  // For when this process ends at once, at a second Ctrl-C.
  const leaveNothing = (): void => {
    for (const node of nodes) node.kill()
    rmSync(folder, { recursive: true, force: true })
  }
  process.once("exit", leaveNothing)

  const startNode = async (name: string, role: Role): Promise<Listening> => {
    const onLine = (line: string): void => {
      if (verbosity > 0) shell.out(`${name.padEnd(6)} | ${line}\n`)
    }
    const config = demoConfig(role)
    const node = await DemoNode.start({ name, folder, config, verbosity, onLine })
    nodes.push(node)
    const listening = await node.listening({ signal: shell.stopSignal })
    shell.out(`${name.padEnd(6)} is process ${node.processId} and listens on ${listening.inbound.join(", ")}\n`)
    return listening
  }

  try {
    shell.out("A seed, alice and bob: three processes on this computer.\n")
    const seed = await startNode("seed", {})
    const alice = await startNode("alice", { seeds: seed.inbound, advertises: true })
    const bob = await startNode("bob", { seeds: seed.inbound, outbound: 1 })
    await converse(alice.rpc, bob.rpc, shell)
  } finally {
    await Promise.all(nodes.map((node) => node.stop(shell.runtime.clock)))
    process.off("exit", leaveNothing)
    await rm(folder, { recursive: true, force: true })
  }
}

async function converse(aliceUrl: string, bobUrl: string, shell: Shell): Promise<void> {
  const people: Person[] = []
  try {
    const alice = await Person.at(aliceUrl, "alice", shell)
    people.push(alice)
    const bob = await Person.at(bobUrl, "bob", shell)
    people.push(bob)
    await Promise.all(people.map((person) => person.untilConnected()))
    await (shell.isInteractive ? letType(alice, bob, shell) : playScript(alice, bob))
  } finally {
    await Promise.all(people.map((person) => person.leave()))
  }
}

async function letType(alice: Person, bob: Person, shell: Shell): Promise<void> {
  shell.out("\nType what alice is to say, and press Enter. Ctrl-C ends the demo.\n")
  for await (const line of shell.lines()) {
    if (line !== "") await alice.say(line, bob)
  }
}

async function playScript(alice: Person, bob: Person): Promise<void> {
  await alice.say("Hello, bob.", bob)
  await bob.say("Hello, alice. Is there really no server?", alice)
  await alice.say("None. 漢字 and 🧀 get through, too.", bob)
  for (const person of [alice, bob]) await person.showReceived()
}
