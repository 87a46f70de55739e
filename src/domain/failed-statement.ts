/** A name as a statement writes it; without a schema it may be anyone's on the search_path. */
export interface WrittenName {
  readonly schema: string | null
  readonly name: string
}

/** What a statement would have made, changed or opened. */
export interface About {
  readonly relations: readonly WrittenName[]
  /** of any signature */
  readonly functions: readonly WrittenName[]
  /** everything that is in them */
  readonly schemas: readonly string[]
  /** what it would have done is not known, or it concerns all */
  readonly everything: boolean
  /** words of a text that makes its names while it runs: whatever is called so may be meant */
  readonly words: readonly string[]
  /** relations that would be there if all had gone well; listed where they are not */
  readonly expected: readonly WrittenName[]
}

/** A statement of the migrations that the server or the harness refused, and that was passed over. */
export interface FailedStatement {
  readonly file: string
  /** 1-based */
  readonly line: number
  /** its beginning, on one line */
  readonly statement: string
  /** null where the harness itself does not run such a statement */
  readonly sqlstate: string | null
  readonly message: string
  readonly about: About
}

export const NOTHING: About = {
  relations: [],
  functions: [],
  schemas: [],
  everything: false,
  words: [],
  expected: [],
}

/** What several statements are about together. */
export function together(some: readonly About[]): About {
  return {
    relations: some.flatMap(({ relations }) => relations),
    functions: some.flatMap(({ functions }) => functions),
    schemas: some.flatMap(({ schemas }) => schemas),
    everything: some.some(({ everything }) => everything),
    words: [...new Set(some.flatMap(({ words }) => words))],
    expected: some.flatMap(({ expected }) => expected),
  }
}
