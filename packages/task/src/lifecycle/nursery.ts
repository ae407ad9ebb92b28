import { checkpoint } from "../cancel/cancellation.ts"
import { TaskGroup, type TaskGroupOptions } from "./task-group.ts"

/**
 * Runs `body` with a group for its children, and returns what it returns once all of them have ended. When the body
 * throws, the children are cancelled. Errors are thrown as {@link TaskGroup.join} throws them.
 */
export async function nursery<T>(body: (group: TaskGroup) => Promise<T>, options: TaskGroupOptions = {}): Promise<T> {
  checkpoint(options.signal)
  const group = new TaskGroup(options)
  const result = (async () => body(group))()
  await result.catch((error: unknown) => group.fail(error))
  await group.join()
  return result
}
