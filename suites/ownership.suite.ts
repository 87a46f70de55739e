import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Connection } from '../src/database/connection.ts'
import { relationByName } from '../src/domain/catalog.ts'
import type { OwnerPath } from '../src/domain/ownership.ts'
import type { Server } from '../src/domain/server.ts'
import { databaseWith, inferredFrom, startEmbedded } from './scene.ts'
import type { Said, Scene } from './scene.ts'

const FOLDER = fileURLToPath(new URL('ownership', import.meta.url))

/**
 * Each file says in comments what is to be inferred from it:
 *
 * - `-- is <schema.relation>: <kind> [owner <path>] [author <path>] [tenant <path>]`, a path being its columns joined by ` > `
 * - `-- tenant <schema.relation or claim> [in <membership>(<tenant column>, <user column>[, <role column>])]…`
 * - `-- because <schema.relation>: <a part of its evidence>`
 */
describe.each(readdirSync(FOLDER))('%s', (file) => {
  const sql = readFileSync(`${FOLDER}/${file}`, 'utf8')
  let scene: Scene

  beforeAll(async () => {
    const name = file.replace('.sql', '').replaceAll('-', '_')
    await using connection = await Connection.open(await databaseWith(server, name, sql))
    scene = await inferredFrom(connection)
  })

  test('every relation belongs to whom it should', () => {
    expect(saidIn(sql, 'is').map((line) => inferredLike(scene, line))).toEqual(saidIn(sql, 'is'))
  })

  test('tenants and their memberships are those that there are', () => {
    expect(tenantsOf(scene)).toEqual(saidIn(sql, 'tenant').toSorted())
  })

  test('evidence says why', () => {
    for (const line of saidIn(sql, 'because')) {
      const [relation, part] = splitOnce(line, ': ')
      expect(ownershipOf(scene, relation)?.evidence.join('; ')).toContain(part)
    }
  })
})

describe('declarations', () => {
  const sql = `
    create table public.teams (id uuid primary key, name text);
    create table public.documents (
      id uuid primary key, user_id uuid references auth.users (id), reviewer uuid, team_id uuid references public.teams (id)
    );
    create table public.countries (code text primary key, regent text);
  `
  const declared = async (name: string, said: Said): Promise<Scene> => {
    await using connection = await Connection.open(await databaseWith(server, name, sql))
    return await inferredFrom(connection, said)
  }

  test('of an owner win over a foreign key', async () => {
    const scene = await declared('declared_owner', { expect: { 'public.documents': { owner: 'reviewer' } } })
    expect(describeOwnership(scene, 'public.documents')).toBe('user owner reviewer')
    expect(ownershipOf(scene, 'public.documents')).toMatchObject({
      declared: true,
      evidence: ['declared: public.documents.reviewer'],
    })
  })

  test('of an owner make a shared relation somebody’s', async () => {
    const scene = await declared('declared_shared', { expect: { 'public.countries': { owner: 'regent' } } })
    expect(describeOwnership(scene, 'public.countries')).toBe('user owner regent')
  })

  test('of a tenant column make rows the tenant’s', async () => {
    const scene = await declared('declared_column', { expect: { 'public.documents': { tenant: 'team_id' } } })
    expect(describeOwnership(scene, 'public.documents')).toBe(
      'tenant owner user_id author reviewer tenant team_id',
    )
  })

  test('of tenants name relations that nothing else gives away', async () => {
    const scene = await declared('declared_tenants', { tenants: [{ relation: 'public.teams' }] })
    expect(describeOwnership(scene, 'public.documents')).toBe(
      'tenant owner user_id author reviewer tenant team_id',
    )
    expect(scene.model.tenants).toMatchObject([
      { name: 'public.teams', keyColumn: 'id', evidence: 'declared in the configuration' },
    ])
  })
})

let server: Server

beforeAll(async () => {
  server = await startEmbedded()
})

afterAll(async () => {
  await server[Symbol.asyncDispose]()
})

/** Lines of the form `-- word rest`. */
function saidIn(sql: string, word: string): readonly string[] {
  return [...sql.matchAll(new RegExp(`^-- ${word} (.*)$`, 'gm'))].map((match) => match[1] ?? '')
}

function splitOnce(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator)
  return [text.slice(0, at), text.slice(at + separator.length)]
}

const ownershipOf = ({ catalog, model }: Scene, name: string) =>
  model.ownerships.get(relationByName(catalog, name)?.oid ?? 0)

function inferredLike(scene: Scene, line: string): string {
  const [relation] = splitOnce(line, ': ')
  return `${relation}: ${describeOwnership(scene, relation)}`
}

function describeOwnership(scene: Scene, name: string): string {
  const ownership = ownershipOf(scene, name)
  if (!ownership) return 'unknown'
  const list = (word: string, paths: readonly OwnerPath[]): readonly string[] =>
    paths.map(pathText).map((path) => `${word} ${path}`)
  return [
    ownership.kind,
    ...list('owner', ownership.owners),
    ...list('author', ownership.authors),
    ...list('tenant', ownership.tenants),
  ].join(' ')
}

const pathText = ({ steps, column }: OwnerPath): string =>
  [...steps.map(({ columns }) => columns.join(',')), column].join(' > ')

function tenantsOf({ catalog, model }: Scene): readonly string[] {
  return model.tenants
    .map(({ name, memberships }) =>
      [
        name,
        ...memberships.map(({ relation, tenantColumn, userColumn, roleColumn }) => {
          const found = catalog.relations.find(({ oid }) => oid === relation)?.qualified
          return `in ${found}(${[tenantColumn, userColumn, ...(roleColumn === null ? [] : [roleColumn])].join(', ')})`
        }),
      ].join(' '),
    )
    .toSorted()
}
