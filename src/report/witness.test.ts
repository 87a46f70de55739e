import { expect, test } from 'vitest'
import { witnessText } from './witness.ts'

const session = { role: 'anon', claims: {}, settings: {} }

test('a witness shows what matters; of keys and long texts the name is enough', () => {
  expect(
    witnessText({
      row: {
        id: '1086fc3c-c386-4672-a035-a6565c856424',
        visibility: 'public',
        size: 3,
        body: 'x'.repeat(50),
      },
      session,
    }),
  ).toBe("row { id, visibility: 'public', size: 3, body }  session { role: anon }")
})

test('of the session the role, claims and settings are shown', () => {
  const claims = { sub: '1086fc3c-c386-4672-a035-a6565c856424', role: 'authenticated', aal: 'aal1' }
  expect(
    witnessText({ row: {}, session: { role: 'authenticated', claims, settings: { 'app.tenant': 'acme' } } }),
  ).toBe("row {}  session { role: authenticated, sub, aal: 'aal1', app.tenant: 'acme' }")
})
