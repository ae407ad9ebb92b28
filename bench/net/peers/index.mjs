/** Whose messages are counted: `receive(count)` gives an address, `connect(address)` what sends there, or queues a backlog. */
import { dchat } from "./dchat.mjs"
import { secretStream } from "./hyperswarm.mjs"
import { libp2p } from "./libp2p.mjs"
import { bare, raw } from "./raw.mjs"

export const peers = {
  "raw-tcp": raw("tcp"),
  "dchat-tcp": dchat("tcp"),
  "bare-tcp": bare("tcp"),
  "raw-tls": raw("tcp+tls"),
  "dchat-tls": dchat("tcp+tls"),
  "bare-tls": bare("tcp+tls"),
  libp2p,
  "secret-stream": secretStream,
}
