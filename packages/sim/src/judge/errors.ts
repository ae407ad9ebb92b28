import type { Judge } from "./judge.ts"

/** No promise is rejected unseen, nothing is thrown, no honest node logs an error. */
export const noErrors: Judge = {
  name: "nothing goes wrong inside a node",
  when: "end",
  judge: ({ journal }) => journal.errors,
}
