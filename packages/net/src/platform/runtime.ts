// A page has no sockets, so there is nothing to choose from.
export { nodeRuntime as platformRuntime } from "@dchat/runtime/node"
