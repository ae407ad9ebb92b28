/// <reference lib="esnext.disposable" preserve="true" />
export { CancelScope, type CancelScopeOptions } from "./cancel/cancel-scope.ts"
export {
  type Cancellable,
  type Cancellation,
  type CancelToken,
  checkpoint,
  whenCancelled,
} from "./cancel/cancellation.ts"
export {
  Closed,
  isStopped,
  isTimeout,
  Leaked,
  Misuse,
  Overflow,
  RetriesExhausted,
  Stopped,
  TaskError,
  type TaskErrorCode,
  TimeoutError,
} from "./errors.ts"
export { Publisher, type PublishOptions } from "./flow/publisher.ts"
export { Queue } from "./flow/queue.ts"
export type { OverflowPolicy, SubscribeOptions, Subscription } from "./flow/subscription.ts"
export { nursery } from "./lifecycle/nursery.ts"
export type { Main, Outcome } from "./lifecycle/outcome.ts"
export { type StartOptions, StoppableTask, type StopOptions, type TaskOptions } from "./lifecycle/stoppable-task.ts"
export { TaskGroup, type TaskGroupOptions } from "./lifecycle/task-group.ts"
export { TaskSet } from "./lifecycle/task-set.ts"
export { ManualResetEvent } from "./sync/manual-reset-event.ts"
export { Mutex } from "./sync/mutex.ts"
export { type Permit, Semaphore } from "./sync/semaphore.ts"
export type { AlarmClock } from "./time/alarm.ts"
export { backoff, type BackoffOptions } from "./time/backoff.ts"
export { retry, type RetryOptions } from "./time/retry.ts"
export { sleep, type SleepOptions } from "./time/sleep.ts"
export { timeout, type TimeoutOptions } from "./time/timeout.ts"
