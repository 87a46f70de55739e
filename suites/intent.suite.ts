import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { Report } from '../src/domain/report.ts'
import { check, judged } from './check.ts'

const made: string[] = []
afterEach(() => {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true, force: true })
})

/** A project of one migration and what it declares. */
async function declared(sql: string, config: object): Promise<Report> {
  const dir = mkdtempSync(join(tmpdir(), 'rls-intent-'))
  made.push(dir)
  mkdirSync(join(dir, 'migrations'))
  writeFileSync(join(dir, 'migrations/1_schema.sql'), sql)
  writeFileSync(join(dir, 'rls.config.json'), JSON.stringify(config))
  return check(dir)
}

const found = (report: Report): readonly string[] =>
  judged(report.findings).map(({ code, relation, command, actor }) =>
    [code, relation, command, actor].filter(Boolean).join(' '),
  )

const table = (name: string, columns: string): string =>
  `create table public.${name} (id uuid primary key default gen_random_uuid(), ${columns});
   alter table public.${name} enable row level security;`

const POSTS = table(
  'posts',
  `author uuid not null references auth.users, title text, status text not null check (status in ('draft', 'published'))`,
)
const READ = `create policy read on public.posts for select using (author = auth.uid() or status = 'published');`
const WRITE = `create policy write on public.posts for all using (author = auth.uid()) with check (author = auth.uid());`

describe('row conditions', () => {
  const expectation = {
    expect: { 'public.posts': { select: ['owner', { everyone: "status = 'published'" }] } },
  }

  test('open the rows that they name, and no others', async () => {
    expect(found(await declared(`${POSTS} ${READ} ${WRITE}`, expectation))).toStrictEqual([])
    const open = READ.replace(`or status = 'published'`, 'or true')
    expect(found(await declared(`${POSTS} ${open} ${WRITE}`, expectation))).toStrictEqual([
      'read-leak public.posts select anon',
      'read-leak public.posts select foreign',
    ])
  })

  test('for one command say nothing about the others', async () => {
    const moderated = `create policy moderate on public.posts for update using (status = 'published') with check (true);`
    const plain = { ...expectation, seed: { directed: false } }
    expect(found(await declared(`${POSTS} ${READ} ${WRITE} ${moderated}`, plain))).toStrictEqual([
      'update-leak public.posts update anon',
      'update-leak public.posts update foreign',
    ])
  })
})
