import { beforeAll, expect, test } from 'vitest'
import type { Catalog } from '../domain/catalog.ts'
import { samplePolicy, sampleRelation } from '../domain/sample-relation.ts'
import { sampleRoutine } from '../domain/sample-routine.ts'
import { loadParser } from '../sql/parse.ts'
import { foundSettings } from './found-settings.ts'

beforeAll(loadParser)

const using = (text: string): { readonly policies: ReturnType<typeof samplePolicy>[] } => ({
  policies: [samplePolicy('own', { using: text })],
})
const catalogOf = (relations: Catalog['relations'], routines: Catalog['routines'] = []): Catalog => ({
  schemas: [],
  relations,
  routines,
  sequences: [],
  roles: [],
  tested: ['public'],
  apiRoles: [],
})
const found = (...given: Parameters<typeof catalogOf>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    foundSettings(catalogOf(...given), []).map(({ name, stands, labels, cast }) => [
      name,
      [stands, ...labels, ...(cast === undefined ? [] : [`as ${cast}`])].join(' '),
    ]),
  )

test('a setting stands for whose key the columns hold that it is compared with', () => {
  const notes = sampleRelation(
    'notes',
    ['user_id', 'org_id'],
    using(
      "((user_id = (current_setting('app.who'::text, true))::uuid) AND (org_id = current_setting('app.where'::text)))",
    ),
  )
  expect(found([notes])).toEqual({ 'app.where': 'tenant', 'app.who': 'user as uuid' })
})

test('a key of rows that is called like nobody keeps groups apart', () => {
  const jobs = sampleRelation(
    'jobs',
    ['namespace'],
    using("((namespace)::text = current_setting('app.namespace'::text, true))"),
  )
  expect(found([jobs])).toEqual({ 'app.namespace': 'tenant' })
})

test('what is compared with words alone is a label', () => {
  const jobs = sampleRelation(
    'jobs',
    ['title'],
    using(
      "((current_setting('app.bypass_rls'::text, true) = 'on'::text) OR (current_setting('app.role'::text, true) = ANY (ARRAY['admin'::text, 'ops'::text])))",
    ),
  )
  expect(found([jobs])).toEqual({ 'app.bypass_rls': 'label on', 'app.role': 'label admin ops' })
})

test('a helper function in several statements stands for the setting that it reads', () => {
  const jobs = sampleRelation('jobs', ['provider_id'], using('(provider_id = current_provider_id())'))
  const body =
    "declare v text; begin v := current_setting('app.provider', true); return nullif(v, '')::bigint; end"
  const rest = { name: 'current_provider_id', language: 'plpgsql', returns: 'bigint' }
  const helper = sampleRoutine(body, [], rest)
  expect(found([jobs], [helper])).toEqual({ 'app.provider': 'tenant as integer' })
})

test('claims that stood in settings of their own are known by name, those of a whole token are no setting', () => {
  const notes = sampleRelation(
    'notes',
    ['owner'],
    using(
      "((owner = current_setting('request.jwt.claim.sub'::text, true)) OR (owner = (current_setting('request.jwt.claims'::text, true)::json ->> 'sub')))",
    ),
  )
  expect(found([notes])).toEqual({ 'request.jwt.claim.sub': 'user' })
})
