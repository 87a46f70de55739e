import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { stubFiles } from './container-stubs.ts'

const dir = mkdtempSync(join(tmpdir(), 'rls-stubs-'))
const FILES = ['vector.control', 'vector--0.8.0.sql', 'pg_cron.control', 'pg_cron--1.6.sql', 'notes.txt']
for (const name of FILES) writeFileSync(join(dir, name), '')
afterAll(() => rmSync(dir, { recursive: true }))

const names = (real: readonly string[]): readonly string[] =>
  stubFiles([dir], real)
    .map(({ name }) => name)
    .sort()

test('a stub stands in for what the server does not have', () => {
  expect(names([])).toEqual(['pg_cron--1.6.sql', 'pg_cron.control', 'vector--0.8.0.sql', 'vector.control'])
})

test('a real extension is not replaced, but for one that works in a single database of the server', () => {
  expect(names(['vector', 'pg_cron'])).toEqual(['pg_cron--1.6.sql', 'pg_cron.control'])
})
