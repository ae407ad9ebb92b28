// The simulator is for programs, not for pages, so there is nothing to choose from.
export { watchRejections } from "../node/rejections.ts"
export { sha256 } from "../node/sha256.ts"
