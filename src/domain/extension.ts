/** What stands in the database under an extension's name: `stub`: the names without the behaviour; `empty stub`: nothing. */
export type ExtensionKind = 'real' | 'stub' | 'empty stub'

export interface ReportedExtension {
  readonly name: string
  readonly how: ExtensionKind
  /** of an empty stub none */
  readonly version: string | null
  /** of a stub, what of the project rests on it: `policy near on public.places`, `column public.places.at` */
  readonly usedBy: readonly string[]
}

/** What of the project rests on extensions that are only stood in for: why what was seen of it proves little. */
export interface StubUses {
  /** by OID of the relation, then by name of the policy */
  readonly policies: ReadonlyMap<number, ReadonlyMap<string, string>>
  /** by OID of the view */
  readonly views: ReadonlyMap<number, string>
  /** by OID of the function; only where the stub answers otherwise than the extension would */
  readonly functions: ReadonlyMap<number, string>
}
