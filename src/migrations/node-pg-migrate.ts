import { DEFAULT_FOLDERS } from '../domain/config.ts'
import type { Source } from '../domain/source.ts'
import { HarnessError } from '../errors.ts'
import { naturalOrder } from './natural-order.ts'
import { SourceBuilder } from './read.ts'
import { displayPath, isFile, namesIn } from './text-file.ts'
import { upPart } from './up-part.ts'

const MARKS = { up: /^--[\s-]*up\s+migration\b/i, down: /^--[\s-]*down\s+migration\b/i }

/** node-pg-migrate: files in natural order, of SQL what stands below `-- Up Migration`. Code is its own to run. */
export function findNodePgMigrate(projectDir: string, dir = DEFAULT_FOLDERS['node-pg-migrate']): Source {
  const folder = displayPath(projectDir, dir)
  const source = new SourceBuilder(projectDir, 'node-pg-migrate')
  const names = namesIn(projectDir, folder)
    .filter((name) => !name.startsWith('.') && isFile(projectDir, `${folder}/${name}`))
    .toSorted(naturalOrder)
  const code = names.find((name) => /(?<!\.d)\.[cm]?[jt]s$/.test(name))
  if (code !== undefined) throw needsItself(`${folder}/${code}`, folder)
  for (const name of names) {
    const undoes = name.endsWith('.down.sql') && names.includes(name.replace(/\.down\.sql$/, '.up.sql'))
    if (!name.endsWith('.sql') || undoes) continue
    source.add(`${folder}/${name}`, 'migration', { trim: (text) => upPart(text, MARKS) })
  }
  return source.build()
}

function needsItself(file: string, folder: string): HarnessError {
  const where = folder === 'migrations' ? '' : ` -m ${folder}`
  return new HarnessError('SOURCES_NOT_FOUND', `${file} is code, which only node-pg-migrate itself can run`, {
    hint: `Say so in rls.config.ts: migrations: [{ command: 'npx node-pg-migrate up${where}' }].`,
  })
}
