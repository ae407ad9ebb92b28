/** Our node in a process of its own, to be killed. Prints where it listens, if it does, and a line for each `Blob`. */
import { ourNode } from "./our-node.mjs"

const ours = await ourNode(JSON.parse(process.argv[2]), () => console.log("a blob has come"))
console.log(ours.address ?? "it dials")
