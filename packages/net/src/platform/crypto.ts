// TLS is for those who have sockets, so there is nothing to choose from.
export { ed25519, sha256 } from "../node/ed25519.ts"
