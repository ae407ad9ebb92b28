import type { Definition, SubscriptionMethod } from "../contract/definition.ts"
import type { StandardSchema } from "../contract/standard-schema.ts"
import { isReviving, jsonFlavor, type Flavor } from "../flavor/flavor.ts"
import { JsonText } from "../message/json-text.ts"
import { itemCheck, resultCheck } from "./outgoing-check.ts"

/** Makes of what a handler gave what is sent, or a promise of it. Throws, or rejects, when it may not be sent. */
export type AnswerWriter = (value: unknown) => unknown

/** What a method's results pass through before they are sent, if through anything. */
export function resultWriter(
  name: string,
  definition: Definition,
  flavor: Flavor | undefined,
  isChecked: boolean,
): AnswerWriter | undefined {
  if (definition.kind !== "method" || definition.result === undefined) return undefined
  return both(isChecked ? resultCheck(name, definition.result) : undefined, flavorWriter(definition.result, flavor))
}

/** What a subscription's items pass through before they are sent, if through anything. */
export function itemWriter(
  name: string,
  { item }: SubscriptionMethod,
  flavor: Flavor | undefined,
  isChecked: boolean,
): AnswerWriter | undefined {
  if (item === undefined) return undefined
  return both(isChecked ? itemCheck(name, item) : undefined, flavorWriter(item, flavor))
}

/** Writes values as a flavor says, where JSON alone would not do. */
function flavorWriter(schema: StandardSchema, flavor: Flavor | undefined): ((value: unknown) => JsonText) | undefined {
  if (flavor === undefined && !isReviving(schema)) return undefined
  return (value) => new JsonText((flavor ?? jsonFlavor).encode(value))
}

function both(check: AnswerWriter | undefined, write: AnswerWriter | undefined): AnswerWriter | undefined {
  if (check === undefined || write === undefined) return check ?? write
  return (value) => {
    const checked = check(value)
    return checked instanceof Promise ? checked.then(write) : write(checked)
  }
}
