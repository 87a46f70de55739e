import { expect, test } from 'vitest'
import { HarnessError } from '../errors.ts'
import { valueAt } from './role-path.ts'

const claims = {
  role: 'top',
  'app-role': 'dashed',
  'https://example.com/role': { key: 'author' },
  app: { roles: ['reader', 'app_writer', 5], none: null },
}

test.each([
  ['.role', 'top'],
  ['."app-role"', 'dashed'],
  ['."https://example.com/role".key', 'author'],
  ['.app.roles[1]', 'app_writer'],
  ['.app.roles[2]', 5],
  ['.app.roles[7]', undefined],
  ['.app.none', null],
  ['.app.missing.role', undefined],
  ['.role.length', undefined],
  ['.constructor', undefined],
  ['.app.roles[?(@ == "reader")]', 'reader'],
  ['.app.roles[?(@ != "reader")]', 'app_writer'],
  ['.app.roles[?(@ ^== "app_")]', 'app_writer'],
  ['.app.roles[?(@ ==^ "er")]', 'reader'],
  ['.app.roles[?(@ *== "writ")]', 'app_writer'],
  ['.app.roles[?(@ == "5")]', undefined],
])('the path %s of version 14 and before finds %j', (path, expected) => {
  expect(valueAt(claims, path)).toEqual(expected)
})

test.each([
  ['$.role', 'top'],
  ["$['app-role']", 'dashed'],
  ['$["https://example.com/role"].key', 'author'],
  ['$.app.roles[0]', 'reader'],
  ['$.app.roles[-2]', 'app_writer'],
  ["$.app.roles[?(@ == 'app_writer')]", 'app_writer'],
  ["$.app.roles[?@ == 'app_writer']", 'app_writer'],
])('the JSON path %s finds %j', (path, expected) => {
  expect(valueAt(claims, path)).toEqual(expected)
})

test.each([
  '',
  'role',
  '.',
  '.a b',
  '.roles[?(@ == "a")].x',
  '$.roles[*]',
  '$..role',
  '$.r[?(@ != "a")]',
  "$.r[?search(@, 'a')]",
  '.r[-1]',
])('the path %j is refused, and never read as another one', (path) => {
  expect(() => valueAt(claims, path)).toThrow(HarnessError)
})
