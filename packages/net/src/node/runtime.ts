export { nodeRuntime as platformRuntime } from "@dchat/runtime/node"
