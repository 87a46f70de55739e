import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { rootOf } from './repository.ts'

test('the root of a repository is the nearest folder with .git, a folder or a file', () => {
  const dir = mkdtempSync(join(tmpdir(), 'rls-repository-'))
  try {
    mkdirSync(join(dir, 'apps/web/db'), { recursive: true })
    mkdirSync(join(dir, '.git'))
    expect(rootOf(join(dir, 'apps/web'))).toBe('apps/web')
    expect(rootOf(dir)).toBe('')
    writeFileSync(join(dir, 'apps/web/.git'), 'gitdir: elsewhere')
    expect(rootOf(join(dir, 'apps/web/db'))).toBe('db')
  } finally {
    rmSync(dir, { recursive: true })
  }
})
