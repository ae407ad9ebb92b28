/** How often the bounds of a connection were hit; of all its connections together, when a server counts. */
export interface ConnectionCounters {
  /** How often reading stopped because as much was in flight as may be. */
  readingPaused: number
  /** Requests answered with -32000 because too much was in flight. */
  requestsRefused: number
  /** Notifications thrown away because too much was in flight. */
  notificationsDropped: number
  /** Replies that were longer than `maxSendBytes`, and so -32008 in their place. */
  repliesTooLong: number
  /** Calls to subscribe that were answered with -32006. */
  subscriptionsRefused: number
  /** Items of subscriptions thrown away because the subscriber read too slowly. */
  itemsDropped: number
  /** Connections closed because the other side left more than `closeAtBytes` unread. */
  slowReadersClosed: number
}

/** Nothing has happened yet. */
export function newCounters(): ConnectionCounters {
  return {
    readingPaused: 0,
    requestsRefused: 0,
    notificationsDropped: 0,
    repliesTooLong: 0,
    subscriptionsRefused: 0,
    itemsDropped: 0,
    slowReadersClosed: 0,
  }
}
