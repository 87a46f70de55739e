/** Where a client's answers go. */
export interface Output {
  readonly gone: boolean
  send(message: Buffer): void
}

export interface Passing {
  /** nothing else comes before the client is told that the server is ready */
  readonly final: boolean
  /** what was left to the end of the transaction is due now, though the client is inside of one */
  readonly commits?: boolean
  /** answers that mean something to the one who sent the messages; true where the client is not told */
  readonly watch?: (message: Buffer) => boolean
}
