/** Returns `capacity` if it is a whole number from 1, else throws a RangeError. */
export function checkCapacity(capacity: number): number {
  if (Number.isSafeInteger(capacity) && capacity >= 1) return capacity
  throw new RangeError(`a capacity must be a whole number from 1, not ${capacity}`)
}
