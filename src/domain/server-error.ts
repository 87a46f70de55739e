/** The fields of an ErrorResponse (PostgreSQL manual, "Error and Notice Message Fields"), as facts. */
export interface ServerError {
  readonly sqlstate: string
  readonly message: string
  readonly detail?: string
  readonly hint?: string
  /** 1-based, in characters, into the text that was sent */
  readonly position?: number
  readonly internalQuery?: string
  readonly where?: string
  readonly schema?: string
  readonly table?: string
  readonly column?: string
  readonly dataType?: string
  readonly constraint?: string
  /** the C function that raised it: does not change with the language of the server */
  readonly routine?: string
}
