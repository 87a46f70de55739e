import type { Column, Relation, Sequence } from '../domain/catalog.ts'
import type { Actor } from '../domain/population.ts'
import { quoteLiteral, quoteName, quoteQualified } from '../sql/quote.ts'
import { hiddenRow } from './privileges-scene.ts'
import type { BesideScene, BesideTrial } from './privileges-scene.ts'

const NOTHING = { before: [], restore: [] } as const

/** Rows that refer to these go with them; that takes the privilege on their tables, too. */
export function truncateTrial({ population }: BesideScene, relation: Relation, actor: Actor): BesideTrial {
  const table = quoteQualified(relation.schema, relation.name)
  const rows = population.rows.get(relation.oid)?.length ?? 0
  const attack = [`truncate table ${table} cascade`]
  return {
    ...NOTHING,
    code: 'truncate-privilege',
    subject: relation,
    command: 'truncate',
    actor,
    attack,
    statement: attack.join(';\n'),
    proof: [`select not exists (select from ${table}) as proven`],
    evidence: `${actor.name}: TRUNCATE removed ${rows} of ${rows} row${rows === 1 ? '' : 's'}, whose-ever they are; no policy is asked`,
  }
}

/** A temporary function suffices. It notes as whom it runs when the table's owner writes next. */
export function triggerTrial(_: BesideScene, relation: Relation, actor: Actor): BesideTrial | null {
  const table = quoteQualified(relation.schema, relation.name)
  const column = relation.columns.find(({ generated, identity }) => !generated && identity !== 'always')
  if (!column) return null
  const attack = [
    `create function pg_temp.rls_harness_spy() returns trigger language plpgsql as $spy$ begin perform set_config('rls_harness.ran_as', current_user, true); return null; end $spy$`,
    `create trigger rls_harness_spy before update on ${table} for each statement execute function pg_temp.rls_harness_spy()`,
  ]
  return {
    ...NOTHING,
    code: 'trigger-privilege',
    subject: relation,
    command: 'trigger',
    actor,
    attack,
    statement: attack.join(';\n'),
    proof: [
      `set local session authorization ${quoteName(relation.owner)}`,
      `update ${table} set ${quoteName(column.name)} = ${quoteName(column.name)} where false`,
      'set local session authorization default',
      `select current_setting('rls_harness.ran_as', true) = ${quoteLiteral(relation.owner)} as proven`,
    ],
    evidence: `${actor.name}: a trigger with a temporary function of its own ran as ${relation.owner} when ${relation.owner} wrote`,
  }
}

/** A key that is certainly nobody's, for the types that keys have. */
function unusedKey({ baseType, array, domainChecks }: Column): string | null {
  if (array || domainChecks.length > 0) return null
  switch (baseType) {
    case 'uuid':
      return '00000000-0000-4000-8000-00000000dead'
    case 'int2':
    case 'int4':
    case 'int8':
    case 'numeric':
      return '-30987'
    case 'text':
    case 'varchar':
    case 'citext':
      return 'rls?none'
    default:
      return null
  }
}

/** A table of the attacker's own refers to the hidden one: a key that is there is taken, any other refused. */
export function referencesTrial(scene: BesideScene, relation: Relation, actor: Actor): BesideTrial | null {
  const schema = scene.catalog.schemas.find(({ creatableBy }) => creatableBy.includes(actor.role))
  const key = relation.keys.find(({ partial, columns }) => !partial && columns.length === 1)
  const column = relation.columns.find(({ name }) => name === key?.columns[0])
  const hidden = hiddenRow(scene, relation, actor)
  const unused = column && unusedKey(column)
  if (!schema || !column || !hidden || unused === null || unused === undefined) return null
  const own = quoteQualified(schema.name, 'rls_harness_guesses')
  const table = quoteQualified(relation.schema, relation.name)
  const attack = [
    `create table ${own} (guess ${column.type} references ${table} (${quoteName(column.name)}))`,
    `do $guess$ begin insert into ${own} values (${quoteLiteral(String(hidden.values[column.name]))}); begin insert into ${own} values (${quoteLiteral(unused)}); exception when foreign_key_violation then perform set_config('rls_harness.told', 'yes', true); end; end $guess$`,
  ]
  return {
    ...NOTHING,
    code: 'references-privilege',
    subject: relation,
    command: 'references',
    actor,
    attack,
    statement: attack.join(';\n'),
    proof: [`select current_setting('rls_harness.told', true) = 'yes' as proven`],
    evidence: `${actor.name}: a foreign key to ${relation.qualified} took ${column.name} of a hidden row and refused one that nobody has`,
  }
}

/** The last value tells how much everybody has made; where it cannot be set as well, that is a side channel. */
export function sequenceTrial(sequence: Sequence, actor: Actor, settable: boolean): BesideTrial {
  const attack = [`select last_value from ${quoteQualified(sequence.schema, sequence.name)}`]
  return {
    ...NOTHING,
    code: 'sequence-privilege',
    subject: sequence,
    command: 'select',
    actor,
    attack,
    statement: attack.join(';\n'),
    proof: ['select true as proven'],
    evidence: `${actor.name}: read last_value: how many numbers all users together have drawn`,
    weak: !settable,
  }
}

/** setval() is not undone by a rollback: what stood there is kept aside and set again. */
export function settingTrial(sequence: Sequence, actor: Actor): BesideTrial {
  const name = quoteQualified(sequence.schema, sequence.name)
  const regclass = `${quoteLiteral(name)}::regclass`
  const attack = [`select setval(${regclass}, ${sequence.lowest})`]
  const kept = (part: number): string => `split_part(current_setting('rls_harness.kept'), ' ', ${part})`
  return {
    before: [`select set_config('rls_harness.kept', last_value || ' ' || is_called, true) from ${name}`],
    code: 'sequence-privilege',
    subject: sequence,
    command: 'update',
    actor,
    attack,
    statement: attack.join(';\n'),
    proof: [`select last_value = ${sequence.lowest} as proven from ${name}`],
    restore: [`select setval(${regclass}, ${kept(1)}::int8, ${kept(2)}::boolean)`],
    evidence: `${actor.name}: setval() set it back to ${sequence.lowest}: the next inserts of everybody collide`,
  }
}
