export { CancelScope, type CancelScopeOptions } from "./cancel/cancel-scope.ts"
export { type Cancellable, type Cancellation, checkpoint, whenCancelled } from "./cancel/cancellation.ts"
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
export type { Main, Outcome } from "./lifecycle/outcome.ts"
export { type StartOptions, StoppableTask, type StopOptions, type TaskOptions } from "./lifecycle/stoppable-task.ts"
export { TaskSet } from "./lifecycle/task-set.ts"
export { ManualResetEvent } from "./sync/manual-reset-event.ts"
export { sleep, type SleepOptions } from "./time/sleep.ts"
