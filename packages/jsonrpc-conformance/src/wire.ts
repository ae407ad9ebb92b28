/** One end of a connection that carries texts, driven by hand: a socket, a pipe, one HTTP request for each text. */
export interface Wire {
  /** Sends one text, whatever is in it. */
  send(text: string): void
  /** Says who gets what comes. Called once, before anything is sent. */
  readInto(reader: WireReader): void
  /** Closes it. Safe to call again. */
  close(): Promise<void>
}

/** What a {@link Wire} tells its reader. */
export interface WireReader {
  /** One text came in. */
  text(text: string): void
  /** The other side has closed. */
  closed(): void
}
