/** Where an object was last defined: relative to the project, 1-based. Absent where that is not known. */
export interface Place {
  readonly file?: string
  readonly line?: number
}
