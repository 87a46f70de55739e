import { NOTHING } from '../domain/failed-statement.ts'
import type { About } from '../domain/failed-statement.ts'
import { children } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import { rangeIn } from './about-names.ts'

/** Kinds of ALTER TABLE that decide nothing about access: always, or where they failed with one of these. */
const HARMLESS: Readonly<Record<string, readonly string[] | 'always'>> = {
  // a column or constraint of that name is there, or not there, as the statement would have it
  AT_AddColumn: ['42701'],
  AT_AddConstraint: ['42710', '42P07', '42P16'],
  AT_AddIndex: 'always',
  AT_AddIndexConstraint: 'always',
  AT_DropColumn: ['42703'],
  AT_DropConstraint: ['42704'],
  AT_ChangeOwner: ['42704'],
  AT_SetNotNull: 'always',
  AT_DropNotNull: 'always',
  AT_ValidateConstraint: 'always',
  AT_SetStatistics: 'always',
  AT_SetStorage: 'always',
  AT_ReplicaIdentity: 'always',
  AT_ClusterOn: 'always',
}

const WITHOUT_ROWS: ReadonlySet<string> = new Set(['OBJECT_INDEX', 'OBJECT_SEQUENCE', 'OBJECT_TYPE'])

/** What an ALTER TABLE, VIEW, … was about. */
export function aboutAlter(node: Node, sqlstate: string): About {
  if (WITHOUT_ROWS.has(String(node.fields['objtype']))) return NOTHING
  const name = rangeIn(node, 'relation')
  const isHarmless = children(node, 'cmds').every(({ fields }) => {
    const codes = HARMLESS[String(fields['subtype'])]
    return codes === 'always' || (codes?.includes(sqlstate) ?? false)
  })
  return { ...NOTHING, relations: isHarmless ? [] : [name], expected: [name] }
}
