import type { Reach } from '../domain/ascent.ts'
import type { Relation } from '../domain/catalog.ts'
import type { Values } from '../domain/population.ts'
import type { Command } from '../domain/vocabulary.ts'
import type { KnownRow } from './inventory.ts'
import { goneLook, insertedLook, updatedLook } from './look.ts'
import { payloadsOf } from './mentions.ts'
import type { Scene } from './scene.ts'

/** What the superuser looks at behind a write that came after the steps of an ascent. */
export const reachLook = (
  scene: Scene,
  relation: Relation,
  { command, statement, reached }: Reach,
  rows: readonly KnownRow[],
): string =>
  writtenLook(scene, scene.baseOf(relation), {
    command,
    statement,
    rows,
    isMoved: reached.after !== undefined,
  })

interface Written {
  readonly command: Command
  readonly statement: string
  readonly rows: readonly KnownRow[]
  /** what is set says whose the row is, so that the look asks for it */
  readonly isMoved: boolean
}

/** The query that shows a reader what a write did, as superuser: no row where it did nothing. */
export function writtenLook(
  scene: Scene,
  base: Relation,
  { command, statement, rows, isMoved }: Written,
): string {
  const [payload = {}] = payloadsOf(statement)
  switch (command) {
    case 'delete':
      return goneLook(base, rows)
    case 'insert':
      return insertedLook(base, identityIn(scene, base, payload))
    case 'update':
    case 'select':
      return updatedLook(base, rows, isMoved ? assignedIn(statement) : {})
  }
}

/** Of a new row what says whose it is: a trigger may have put somebody else there. */
function identityIn({ model }: Scene, base: Relation, payload: Values): Values {
  const ownership = model.ownerships.get(base.oid)
  const paths = [...(ownership?.owners ?? []), ...(ownership?.tenants ?? [])]
  const names = new Set(paths.flatMap(({ steps, column }) => steps[0]?.columns ?? [column]))
  return Object.fromEntries(Object.entries(payload).filter(([name]) => names.has(name)))
}

/** The constants that an UPDATE sets, as the statement holds them: as JSON, or a name of an object as it is. */
function assignedIn(statement: string): Values {
  const set = statement.replace(/ where .*$/s, '')
  const plain = [...set.matchAll(/ set "(\w+)" = '([^']*)'$/g)].map(([, name = '', value]) => [name, value])
  return Object.assign(Object.fromEntries(plain), ...payloadsOf(set)) as Values
}
