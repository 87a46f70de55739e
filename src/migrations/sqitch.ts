import { posix } from 'node:path'
import { DEFAULT_FOLDERS } from '../domain/config.ts'
import type { Source } from '../domain/source.ts'
import { HarnessError } from '../errors.ts'
import { SourceBuilder } from './read.ts'
import { displayPath, isFile, readText } from './text-file.ts'

/** Sqitch: the changes of the plan, in its order, each `deploy/<change>.sql`. */
export function findSqitch(projectDir: string, dir = DEFAULT_FOLDERS.sqitch): Source {
  const folder = displayPath(projectDir, dir)
  const settings = readSettings(projectDir, posix.join(folder, 'sqitch.conf'))
  const engine = settings.get('core.engine')
  if (engine !== undefined && engine !== 'pg')
    throw new HarnessError(
      'CONFIG_INVALID',
      `${posix.join(folder, 'sqitch.conf')}: its changes are for ${engine}, not PostgreSQL`,
    )
  const top = posix.join(folder, settings.get('core.top_dir') ?? '.')
  const plan = settings.has('core.plan_file')
    ? posix.join(folder, settings.get('core.plan_file') ?? '')
    : posix.join(top, 'sqitch.plan')
  const scripts = settings.has('core.deploy_dir')
    ? posix.join(folder, settings.get('core.deploy_dir') ?? '')
    : posix.join(top, 'deploy')
  const extension = settings.get('core.extension') ?? 'sql'
  const source = new SourceBuilder(projectDir, 'sqitch')
  if (!isFile(projectDir, plan)) return source.build()
  for (const name of scriptsIn(readText(projectDir, plan))) {
    const path = `${scripts}/${name}.${extension}`
    if (!isFile(projectDir, path))
      throw new HarnessError('SOURCES_NOT_FOUND', `${path} is missing: ${plan} lists it`, {
        hint: 'Restore the file from git, or take its line out of the plan: sqitch deploy stops here, too.',
      })
    source.add(path, 'migration')
  }
  return source.build()
}

/**
 * Scripts in the order of the plan. A change that stands there twice was reworked: what stood before it lies in
 * `<change>@<tag>`, by the tag that stands between.
 */
function scriptsIn(plan: string): readonly string[] {
  const entries = plan.split(/\r?\n/).flatMap((line) => {
    const [first = ''] = line.replace(/#.*$/, '').trim().split(/\s+/)
    const name = first.replace(/^\+/, '')
    // % begins a pragma, - takes a change back, which is nothing that an empty database needs
    return name === '' || /^[%-]/.test(name) ? [] : [name]
  })
  return entries.flatMap((name, at) => {
    if (name.startsWith('@')) return []
    const again = entries.indexOf(name, at + 1)
    if (again === -1) return [name]
    const tag = entries.slice(at, again).find((entry) => entry.startsWith('@')) ?? ''
    return [`${name}${tag}`]
  })
}

/** `[section] key = value` as git writes it, by `section.key`. */
function readSettings(projectDir: string, path: string): ReadonlyMap<string, string> {
  const settings = new Map<string, string>()
  if (!isFile(projectDir, path)) return settings
  let section = ''
  for (const line of readText(projectDir, path).split(/\r?\n/)) {
    const [, title] = /^\s*\[([^\]]+)\]/.exec(line) ?? []
    if (title !== undefined) section = title.trim()
    const [, key, value] = /^\s*(\w+)\s*=\s*(.*?)\s*$/.exec(line) ?? []
    if (key !== undefined && value !== undefined)
      settings.set(`${section}.${key}`, value.replace(/^"(.*)"$/, '$1'))
  }
  return settings
}
