import { DEFAULT_FOLDERS } from '../domain/config.ts'
import type { Source } from '../domain/source.ts'
import { addNumbered } from './numbered.ts'

/** golang-migrate: `<number>_<name>.up.sql` by number. */
export function findGolangMigrate(projectDir: string, dir = DEFAULT_FOLDERS['golang-migrate']): Source {
  return addNumbered(projectDir, dir, {
    tool: 'golang-migrate',
    name: /^(?<version>\d+)_.*\.up\.sql$/,
    order: 'number',
    unrun: (name) =>
      name.endsWith('.sql') && !/^\d+_.*\.down\.sql$/.test(name)
        ? 'the name is not <number>_<name>.up.sql'
        : undefined,
  }).build()
}
