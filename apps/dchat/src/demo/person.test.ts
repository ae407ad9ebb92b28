import { expect, test } from "vitest"
import { Failure } from "../cli/failure.ts"
import { ipOf, VirtualChat } from "../testing/virtual-chat.test-kit.ts"
import { Person } from "./person.ts"

test("somebody whose daemon cannot be connected to says so on one line, with what the demo needs", async () => {
  await using chat = new VirtualChat()
  const host = chat.host("alice")
  const sitting = Person.at(`tcp://${ipOf(host)}:51054`, "alice", chat.shell(host).shell)
  const failure: unknown = await chat.world.runUntil(sitting).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(Failure)
  expect((failure as Failure).message).toMatch(
    /^alice cannot be reached: cannot connect to tcp:[^\n]*; the demo needs 127\.0\.0\.1, the loopback network$/,
  )
})
