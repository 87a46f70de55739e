import { expect, test } from 'vitest'
import { craftedAddresses } from './addresses.ts'

test.each([
  ['%acmecorp.com', 'mallory@evilacmecorp.com'],
  ['%@acmecorp.com%', 'mallory@acmecorp.com.evil.example'],
  ['@acmecorp\\.com', 'mallory+acmecorp.com@evil.example'],
  ['@widgets[.]io', 'mallory@widgets.io.evil.example'],
  ['@corp.co.uk$', 'mallory@corpaco.uk'],
])('%s is met by %s', (pattern, address) => {
  expect(craftedAddresses([pattern], 'alice@example.com')).toContain(address)
})

test('no crafted address is the victim’s, or lies in a domain that is matched', () => {
  const made = craftedAddresses(['%@acmecorp.com'], 'alice@example.com')
  expect(made.filter((address) => /(^alice@|@acmecorp\.com$)/.test(address))).toEqual([])
})

test('an address can be a pattern for the victim’s', () => {
  expect(craftedAddresses([], 'alice@example.com')).toEqual(['_____@example.com', '%@example.com'])
})
