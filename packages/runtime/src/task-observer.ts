/** Learns of the tasks of a program: what it has begun and not ended when it says that it has stopped, it has leaked. */
export interface TaskObserver {
  /** A task begins. */
  began(): void
  /** A task that had begun has ended, well or not. */
  ended(): void
}
