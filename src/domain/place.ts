/** Where an object was last defined: relative to the project, 1-based. Absent where that is not known. */
export interface Place {
  readonly file?: string
  readonly line?: number
}

const BY = 'by: '

/** What stands for the file of what a command made. */
export const byCommand = (command: string | readonly string[]): string =>
  `${BY}${typeof command === 'string' ? command : command.join(' ')}`

/** Whether a place is a command's: nobody can open it. */
export const isByCommand = (file: string): boolean => file.startsWith(BY)

/** A place whose line is 0 has none. */
export const placeAt = (file: string, line: number): Place => (line === 0 ? { file } : { file, line })
