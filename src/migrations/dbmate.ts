import { DEFAULT_FOLDERS } from '../domain/config.ts'
import type { Source } from '../domain/source.ts'
import { addNumbered } from './numbered.ts'

const MARKS = { up: /^--\s*migrate:up\b/i, down: /^--\s*migrate:down\b/i }

/** dbmate: `<number>…sql` by file name, what stands between `-- migrate:up` and `-- migrate:down`. */
export function findDbmate(projectDir: string, dir = DEFAULT_FOLDERS.dbmate): Source {
  return addNumbered(projectDir, dir, {
    tool: 'dbmate',
    name: /^(?<version>\d+).*\.sql$/,
    order: 'name',
    marks: MARKS,
    unrun: (name) => (name.endsWith('.sql') ? 'the name does not begin with a number' : undefined),
  }).build()
}
