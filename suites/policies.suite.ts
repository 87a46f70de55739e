import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readFileSync } from 'node:fs'
import { Connection } from '../src/database/connection.ts'
import { BECOME_SUPERUSER, sessionSql, settingsSql } from '../src/database/impersonate.ts'
import { relationByName } from '../src/domain/catalog.ts'
import type { Catalog, Policy } from '../src/domain/catalog.ts'
import type { Actor, SeededRow, Values } from '../src/domain/population.ts'
import type { Server } from '../src/domain/server.ts'
import { PLATFORM_SCHEMAS } from '../src/platform/install.ts'
import { fixedConditions } from '../src/policy/fixed.ts'
import { expandPredicate } from '../src/policy/predicate.ts'
import type { Predicate } from '../src/policy/predicate.ts'
import { readCondition } from '../src/policy/read.ts'
import { policyReading } from '../src/policy/reading.ts'
import { atomsOf } from '../src/policy/tree.ts'
import type { Atom, Tree } from '../src/policy/tree.ts'
import { conditionText } from '../src/policy/write.ts'
import { deparseExpression, isSameExpression } from '../src/sql/deparse.ts'
import { loadParser, parseExpression } from '../src/sql/parse.ts'
import { quoteLiteral, quoteName, quoteQualified } from '../src/sql/quote.ts'
import { askedIn, fileCases, projectCases, withCase } from './policy-cases.ts'
import type { Asked, Case } from './policy-cases.ts'
import { catalogOf, databaseWith, seeded, startEmbedded } from './scene.ts'

/*
 * What policies say, as the harness reads it: nothing is lost on the way to a tree and back, and what is written out of
 * functions, views and nested policies comes to what the server itself says.
 */
let server: Server
let made = 0
beforeAll(async () => {
  await loadParser()
  server = await startEmbedded()
})
afterAll(() => server[Symbol.asyncDispose]())

describe('every policy of the fixtures', () => {
  const counts = { expressions: 0, atoms: 0, opaque: 0, searches: 0, ms: 0 }
  const reasons: string[] = []
  const fixed: string[] = []
  afterAll(() => {
    process.stdout.write(
      `policies: ${counts.expressions} expressions, ${counts.atoms} atoms, ${counts.searches} searches, ${counts.opaque} opaque, ${counts.ms.toFixed(0)} ms\n${[...reasons, ...fixed].join('\n')}\n`,
    )
  })

  test.each([
    ['apps', () => projectCases('apps')],
    ['library', () => projectCases('library')],
    ['pairs', () => fileCases('pairs', ['schema.sql'])],
    ['twins', () => fileCases('twins', ['leaky.sql'])],
    ['findings', () => fileCases('findings', ['broken.sql'])],
  ])('of %s comes back from its tree as it was', { timeout: 300_000 }, async (_, cases) => {
    const wrong: string[] = []
    for (const one of await cases())
      await inCase(one, async (connection) => {
        const catalog = await catalogOf(connection)
        for (const text of textsOf(catalog)) {
          counts.expressions++
          if (!survives(text)) wrong.push(`${one.name}: ${text}`)
        }
        for (const found of fixedConditions(catalog, policyReading(catalog, PLATFORM_SCHEMAS)).values())
          for (const { kind, text, policy, routine } of found)
            fixed.push(`${one.name}: ${kind} ${text} in ${routine ?? `"${policy}"`}`)
        const start = performance.now()
        for (const predicate of predicatesOf(catalog))
          for (const { policy, tree } of [...predicate.permissive, ...predicate.restrictive])
            for (const atom of everyAtom(tree)) {
              counts.atoms++
              if (atom.search) counts.searches++
              if (atom.opaque === undefined && atom.text === null) wrong.push(`${one.name}: ${policy}`)
              if (atom.opaque !== undefined) {
                counts.opaque++
                reasons.push(`${one.name} ${predicate.own.relation.qualified} "${policy}": ${atom.opaque}`)
              }
            }
        counts.ms += performance.now() - start
      })
    expect(wrong).toEqual([])
  })
})

function inCase(one: Case, act: (connection: Connection) => Promise<void>): Promise<void> {
  made++
  return withCase(server, made, one, act)
}

const textsOf = (catalog: Catalog): readonly string[] =>
  catalog.relations.flatMap(({ policies }) =>
    policies.flatMap(({ using, withCheck }) => [using, withCheck].flatMap((text) => text ?? [])),
  )

function survives(text: string): boolean {
  const node = parseExpression(text)
  const tree = readCondition(text)
  const written = node && deparseExpression(node)
  const again = written === null ? null : parseExpression(written)
  return (
    node !== null &&
    again !== null &&
    isSameExpression(node, again) &&
    tree !== null &&
    atomsOf(tree).every((atom) => atom.text !== null)
  )
}

function predicatesOf(catalog: Catalog): readonly Predicate[] {
  const reading = policyReading(catalog, PLATFORM_SCHEMAS)
  return askedIn(catalog).flatMap(({ relation, command, side }) =>
    catalog.apiRoles.map((role) => expandPredicate(catalog, relation, command, side, role, reading)),
  )
}

function everyAtom(tree: Tree): readonly Atom[] {
  return atomsOf(tree).flatMap((atom) => [atom, ...(atom.search ? everyAtom(atom.search.condition) : [])])
}

/** Ways of writing policies that lead through functions, views, nested policies and states. */
const TWINS = [
  'get-my-org',
  'row-argument',
  'invitations',
  'role-tables',
  'claim-coalesce-helper',
  'friends',
  'grandparent',
  'messages',
  'state-row-function',
  'function-membership',
  'role-enum-any-project',
  'text-composite-keys',
  'null-owner',
  'restrictive',
]

describe('what a policy is written out to', () => {
  test('comes to what the server says, for every seeded row and actor', { timeout: 300_000 }, async () => {
    const apps = await projectCases('apps')
    const twins = fileCases('twins', ['leaky.sql']).filter(({ name }) =>
      TWINS.includes(name.split('/')[1] ?? ''),
    )
    const seen = { pairs: 0, held: 0 }
    const wrong: string[] = []
    for (const one of [...apps, ...twins].filter(({ platform }) => platform === 'supabase'))
      await inCase(one, async (connection) => {
        const { catalog, population } = await seeded(connection, one.said)
        const reading = policyReading(catalog, PLATFORM_SCHEMAS)
        const schemas = catalog.schemas.flatMap(({ name }) => (PLATFORM_SCHEMAS.includes(name) ? [] : [name]))
        for (const asked of askedIn(catalog))
          for (const actor of actorsOf(population.actors)) {
            const rows = population.rows.get(asked.relation.oid) ?? []
            const predicate = expandPredicate(
              catalog,
              asked.relation,
              asked.command,
              asked.side,
              actor.role,
              reading,
            )
            const found = await compared(connection, asked, predicate, actor, rows, schemas)
            for (const { policy, row, said, written } of found) {
              seen.pairs++
              if (said === true) seen.held++
              if (said !== written)
                wrong.push(
                  `${one.name} ${asked.relation.qualified} ${asked.command} ${asked.side} "${policy}" as ${actor.name}: ${String(said)} ${String(written)} ${JSON.stringify(row.values)}`,
                )
            }
          }
      })
    process.stdout.write(`policies: ${seen.pairs} (policy, row, actor) compared, ${seen.held} hold\n`)
    expect(wrong.slice(0, 20)).toEqual([])
    expect(seen.held).toBeGreaterThan(1000)
    expect(seen.pairs - seen.held).toBeGreaterThan(1000)
  })
})

test('shapes that are easily misread come to what the server says', async () => {
  const shapes = readFileSync(new URL('../fixtures/policies/shapes.sql', import.meta.url), 'utf8')
  const target = await databaseWith(server, 'shapes', shapes)
  await using connection = await Connection.open(target)
  const catalog = await catalogOf(connection)
  const things = relationByName(catalog, 'public.things')
  if (!things) throw new Error('no things')
  const predicate = expandPredicate(
    catalog,
    things,
    'select',
    'using',
    'authenticated',
    policyReading(catalog, PLATFORM_SCHEMAS),
  )
  const rows = await connection.rows<{ values: Values }>('select to_jsonb(t) as values from public.things t')
  const opaque = predicate.permissive.flatMap(({ policy, tree }) =>
    everyAtom(tree).flatMap((atom) => (atom.opaque === undefined ? [] : [`${policy}: ${atom.opaque}`])),
  )
  // what is not looked into is for the actor to ask
  const closed = new Set(opaque.map((line) => line.split(':')[0]))
  const wrong: string[] = []
  const constant = new Map<string, Set<unknown>>()
  for (const user of [1, 2, 3, 4]) {
    const found = await compared(
      connection,
      { relation: things, command: 'select', side: 'using' },
      predicate,
      somebody(`00000000-0000-0000-0000-00000000000${user}`),
      rows.map(({ values }) => ({ place: '', values, owners: [], authors: [], tenants: [] })),
      ['public'],
    )
    for (const { policy, row, said, written } of found) {
      if (said !== written && !closed.has(policy))
        wrong.push(`${policy} as ${user}: ${String(said)} of ${JSON.stringify(row.values)}`)
      constant.set(policy, (constant.get(policy) ?? new Set()).add(said))
    }
  }
  expect(wrong).toEqual([])
  expect(opaque).toEqual([
    'left_join: an outer join',
    'limited: takes the first of several rows',
    'one_of_many: public.any_row: takes the first of several rows',
    'united: a set operation',
    'unnested: a function in FROM',
    'with_query: WITH',
  ])
  expect([...constant].flatMap(([policy, values]) => (values.size === 1 ? [policy] : []))).toEqual([
    'owner_is',
  ])
})

const somebody = (user: string): Actor => ({
  name: user,
  role: 'authenticated',
  login: 'authenticator',
  user,
  tenants: [],
  claims: { sub: user, role: 'authenticated' },
  settings: {},
  purpose: 'judged',
})

const actorsOf = (actors: readonly Actor[]): readonly Actor[] =>
  actors.filter(({ purpose }) => purpose === 'judged').slice(0, 6)

interface Compared {
  readonly policy: string
  readonly row: SeededRow
  readonly said: unknown
  readonly written: unknown
}

/** The policies' own expressions as the actor, and what they were written out to as superuser. */
async function compared(
  connection: Connection,
  { relation, side }: Asked,
  predicate: Predicate,
  actor: Actor,
  rows: readonly SeededRow[],
  schemas: readonly string[],
): Promise<readonly Compared[]> {
  const policies = [...predicate.permissive, ...predicate.restrictive].flatMap(({ policy, tree }) => {
    const written = conditionText(tree)
    const found = relation.policies.find(({ name }) => name === policy)
    const said = found && originalOf(found, side)
    return written !== null && said !== null && said !== undefined ? [{ policy, written, said }] : []
  })
  if (policies.length === 0 || rows.length === 0) return []
  const name = quoteQualified(relation.schema, relation.name)
  const from = (alias: string): string =>
    `from jsonb_populate_recordset(null::${name}, ${quoteLiteral(JSON.stringify(rows.map(({ values }) => values)))}::jsonb) ${alias}`
  const asks = (texts: readonly string[]): string =>
    texts.map((text, at) => `((${text}) is true) as "p${at}"`).join(', ')
  const results = await connection.results(
    [
      'rollback',
      'begin',
      ...schemas.flatMap((schema) => opened(schema, actor.role)),
      sessionSql(actor),
      `select ${asks(policies.map(({ said }) => said))} ${from(`"${relation.name}"`)}`,
      BECOME_SUPERUSER,
      settingsSql(actor),
      `select ${asks(policies.map(({ written }) => written))} ${from('r0')}`,
      'rollback',
    ].join(';\n'),
  )
  const [said, written] = results
    .map(({ rows: given }) => given as readonly Record<string, unknown>[])
    .filter((given) => given[0] !== undefined && 'p0' in given[0])
  return rows.flatMap((row, at) =>
    policies.map(({ policy }, place) => ({
      policy,
      row,
      said: said?.[at]?.[`p${place}`],
      written: written?.[at]?.[`p${place}`],
    })),
  )
}

/** A text names what a policy holds already, and may not be reachable by its name. */
const opened = (schema: string, role: string): readonly string[] => [
  `grant usage on schema ${quoteName(schema)} to ${quoteName(role)}`,
  `grant select on all tables in schema ${quoteName(schema)} to ${quoteName(role)}`,
  `grant execute on all functions in schema ${quoteName(schema)} to ${quoteName(role)}`,
]

const originalOf = ({ using, withCheck }: Policy, side: 'using' | 'check'): string | null =>
  side === 'using' ? using : (withCheck ?? using)
