import { DEFAULT_FOLDERS } from '../domain/config.ts'
import type { Source } from '../domain/source.ts'
import { addNumbered } from './numbered.ts'

const MARKS = { up: /^--\s*\+goose\s+up\b/i, down: /^--\s*\+goose\s+down\b/i }

/**
 * goose: `<number>_<name>.sql` by number, what stands below `-- +goose Up`. `StatementBegin` and `StatementEnd` need no
 * heed: statements are split as psql splits them.
 */
export function findGoose(projectDir: string, dir = DEFAULT_FOLDERS.goose): Source {
  return addNumbered(projectDir, dir, {
    tool: 'goose',
    name: /^(?<version>\d+)_.*\.sql$/,
    order: 'number',
    marks: MARKS,
    unrun: (name) => {
      if (name.endsWith('.sql')) return 'the name is not <number>_<name>.sql'
      return /^\d+_.*(?<!_test)\.go$/.test(name) ? 'it is Go, which only goose itself can run' : undefined
    },
  }).build()
}
