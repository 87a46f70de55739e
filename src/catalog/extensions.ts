import { readFileSync } from 'node:fs'
import type { Connection } from '../database/connection.ts'
import type { Catalog } from '../domain/catalog.ts'
import type { ReportedExtension, StubUses } from '../domain/extension.ts'
import { stubUses, type RawExtension, type RawStubUse } from './stub-uses.ts'

export interface Extensions {
  readonly uses: StubUses
  /** sorted by name */
  readonly reported: readonly ReportedExtension[]
}

const textOf = (name: string): string =>
  readFileSync(new URL(`./queries/${name}.sql`, import.meta.url), 'utf8')

/**
 * The extensions of a database, and what of the project rests on those that are only stood in for.
 *
 * @param same names of stubs that answer as the extension would
 */
export async function readExtensions(
  connection: Connection,
  catalog: Catalog,
  same: ReadonlySet<string>,
): Promise<Extensions> {
  const extensions = await connection.rows<RawExtension>(textOf('extensions'))
  const uses = extensions.some(({ stub }) => stub) ? await connection.rows<RawStubUse>(textOf('stubs')) : []
  const { usedBy, ...resting } = stubUses(catalog, extensions, uses, same)
  const reported = extensions.map(({ name, version, stub }): ReportedExtension => ({
    name,
    how: stub ? 'stub' : 'real',
    version,
    usedBy: usedBy.get(name) ?? [],
  }))
  return { uses: resting, reported }
}
