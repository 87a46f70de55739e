import { expect, test } from 'vitest'
import type { Catalog } from '../domain/catalog.ts'
import { samplePolicy, sampleRelation } from '../domain/sample-relation.ts'
import { unsetSettings } from './settings.ts'

const catalog: Catalog = {
  schemas: [],
  relations: [],
  routines: [],
  sequences: [],
  roles: [
    {
      name: 'notes_app',
      superuser: false,
      bypassRowSecurity: false,
      login: true,
      inherits: [],
      becomes: [],
    },
  ],
  tested: ['public'],
  apiRoles: [],
}
const own = "(user_id = (current_setting('app.current_user_id'::text, true))::uuid)"
const notes = sampleRelation('notes', ['user_id'], {
  policies: [samplePolicy('own_notes', { roles: ['notes_app'], using: own })],
})

test('a setting that policies read and nobody sets comes with the configuration that would set it', () => {
  expect(unsetSettings(catalog, [notes], { identity: 'supabase' }, [], [])).toEqual({
    relations: new Map([[notes.oid, ['app.current_user_id']]]),
    hint: "policies read the setting app.current_user_id (own_notes on public.notes), which no session of this run sets: if the application sets it, say so in rls.config.ts: identity: { role: 'notes_app', settings: { 'app.current_user_id': '$user' } }",
  })
})

test('what the configuration has already is kept in what it is told', () => {
  const policy = samplePolicy('by_org', { using: "(org_id = (current_setting('app.org', true))::uuid)" })
  const identity = { role: 'notes_app', settings: { 'app.current_user_id': '$user' } }
  const both = sampleRelation('notes', ['user_id'], { policies: [...notes.policies, policy] })
  expect(unsetSettings(catalog, [both], { identity }, [], []).hint).toContain(
    "settings: { 'app.current_user_id': '$user', 'app.org': '$tenant' } }",
  )
  expect(unsetSettings(catalog, [notes], { identity }, [], []).hint).toBeNull()
})

test('what every request sets is no riddle', () => {
  const policy = samplePolicy('by_header', { using: "(current_setting('request.headers', true) <> '')" })
  const open = sampleRelation('open', ['id'], { policies: [policy] })
  expect(unsetSettings(catalog, [open], { identity: 'supabase' }, [], []).hint).toBeNull()
})

test('where no policy names a role, the one that migrations grant to is proposed', () => {
  const toAll = sampleRelation('notes', ['user_id'], {
    policies: [samplePolicy('own_notes', { using: own })],
  })
  expect(unsetSettings(catalog, [toAll], { identity: 'supabase' }, [], ['anon', 'notes_app']).hint).toContain(
    "identity: { role: 'notes_app',",
  )
})
