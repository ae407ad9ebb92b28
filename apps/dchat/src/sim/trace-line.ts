import type { TraceEvent } from "@dchat/sim"

/** What a line of a trace says: an event, and when it was, in virtual milliseconds. */
export type TraceLine = TraceEvent & { readonly t: number }

/** The name of an event. */
export type EventName = TraceEvent["event"]

type Member = "string" | "number" | "boolean" | "texts"

/** What each event must have. */
const MEMBERS: Readonly<Record<EventName, Readonly<Record<string, Member>>>> = {
  simulation: { seed: "string", nodes: "number" },
  host: { host: "string", ips: "texts", guilty: "boolean" },
  up: { node: "string", peer: "string", session: "string" },
  down: { node: "string", peer: "string", why: "string" },
  send: { node: "string", kind: "string", id: "string" },
  recv: { node: "string", peer: "string", kind: "string", id: "string" },
  ban: { node: "string", peer: "string", why: "string" },
  fault: { what: "string" },
  error: { what: "string" },
  world: { what: "string" },
}

/** All events, in the order in which the documentation has them. */
export const EVENT_NAMES = Object.keys(MEMBERS) as readonly EventName[]

/**
 * Reads a line of a trace.
 *
 * @throws {Error} that says what is wrong with the line
 */
export function parseTraceLine(text: string): TraceLine {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new Error("it is not JSON")
  }
  if (typeof value !== "object" || value === null) throw new Error("it is no object")
  const line = value as Record<string, unknown>
  if (typeof line["t"] !== "number" || line["t"] < 0) throw new Error(`it has no time "t"`)
  const name = EVENT_NAMES.find((known) => known === line["event"])
  if (name === undefined)
    throw new Error(`its event ${JSON.stringify(line["event"])} is none of ${EVENT_NAMES.join(", ")}`)
  for (const [member, kind] of Object.entries(MEMBERS[name])) {
    if (!isA(kind, line[member])) throw new Error(`its "${member}" is not what the event ${name} has`)
  }
  return line as unknown as TraceLine
}

/** What happened, for people: without the time. */
export function describeEvent(line: TraceLine): string {
  switch (line.event) {
    case "simulation":
      return `a network of ${line.nodes} nodes, seed ${line.seed}`
    case "host":
      return `${line.host} is ${line.guilty ? "an adversary's, " : ""}at ${addresses(line.ips)}`
    case "up":
      return `${line.node} has a channel to ${line.peer} (${line.session})`
    case "down":
      return `${line.node} has lost its channel to ${line.peer}: ${line.why}`
    case "send":
      return `${line.node} sends ${line.kind} ${JSON.stringify(line.id)}`
    case "recv":
      return `${line.node} gets ${line.kind} ${JSON.stringify(line.id)} from ${line.peer}`
    case "ban":
      return `${line.node} bans ${line.peer}: ${line.why}`
    case "fault":
    case "error":
    case "world":
      return line.what
  }
}

/** Whether a line names one of these hosts, in whatever place. */
export function namesHost(line: TraceLine, hosts: ReadonlySet<string>): boolean {
  const { host, node, peer, what } = line as { readonly [member in "host" | "node" | "peer" | "what"]?: string }
  const named = [host, node, peer, ...(what?.match(/[\w.-]+/g) ?? [])]
  return named.some((name) => name !== undefined && hosts.has(name))
}

function addresses(ips: readonly string[]): string {
  return ips.length > 3 ? `${ips.slice(0, 3).join(", ")} and ${ips.length - 3} more` : ips.join(", ")
}

function isA(kind: Member, value: unknown): boolean {
  if (kind !== "texts") return typeof value === kind
  return Array.isArray(value) && value.every((text) => typeof text === "string")
}
