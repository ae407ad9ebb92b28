/** An OpenRPC document, versions 1.3 and 1.4, as far as a contract fills it. */
export interface OpenRpcDocument {
  readonly openrpc: string
  readonly info: OpenRpcInfo
  readonly methods: readonly OpenRpcMethod[]
  /** What OpenRPC has no word for: calls that are answered by many items. */
  readonly "x-subscriptions"?: readonly OpenRpcMethod[]
}

/** What the document is about. */
export interface OpenRpcInfo {
  readonly title: string
  /** Of the interface, not of OpenRPC. */
  readonly version: string
  readonly description?: string
}

/** One method. Without a `result` it is a notification. */
export interface OpenRpcMethod {
  readonly name: string
  readonly summary?: string
  readonly deprecated?: true
  readonly paramStructure: "either"
  readonly params: readonly OpenRpcContent[]
  readonly result?: OpenRpcContent
  readonly errors?: readonly { readonly code: number; readonly message: string }[]
  /** Other names by which it can be called. */
  readonly "x-aliases"?: readonly string[]
  /** That nobody answers it. */
  readonly "x-notification"?: true
  /** Each thing that a subscription gives. */
  readonly "x-item"?: OpenRpcContent
}

/** A parameter, a result or an item. */
export interface OpenRpcContent {
  readonly name: string
  readonly required?: boolean
  readonly schema: Readonly<Record<string, unknown>>
}
