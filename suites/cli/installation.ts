import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** The checkout. */
export const checkout = fileURLToPath(new URL('../..', import.meta.url))

/**
 * Installs the built package into `dir`, built anew only where the sources are newer. A copy: somebody
 * may build while the suite runs, and a command that loads its parts late would find others.
 * @returns the script of the command
 */
export async function install(dir: string): Promise<string> {
  if (!isUpToDate()) build()
  for (let attempt = 0; attempt < 20 && !tryToCopy(dir); attempt++) await sleep(200)
  const cli = join(dir, 'dist', 'cli.js')
  if (!existsSync(cli)) throw new Error('dist could not be copied: is it built all the time?')
  symlinkSync(join(checkout, 'node_modules'), join(dir, 'node_modules'), 'dir')
  return cli
}

function isUpToDate(): boolean {
  return timeOf('dist/cli.js') >= newest('src')
}

function build(): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/build.mjs'], {
    cwd: checkout,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`the build failed\n${stdout}${stderr}`)
}

/** False, with nothing left, when another build took its place meanwhile. */
function tryToCopy(dir: string): boolean {
  const before = timeOf('dist/cli.js')
  try {
    cpSync(join(checkout, 'dist'), join(dir, 'dist'), { recursive: true })
    cpSync(join(checkout, 'package.json'), join(dir, 'package.json'))
    if (before > 0 && timeOf('dist/cli.js') === before) return true
  } catch {
    // taken away while it was copied
  }
  rmSync(join(dir, 'dist'), { recursive: true, force: true })
  return false
}

function timeOf(path: string): number {
  return statSync(join(checkout, path), { throwIfNoEntry: false })?.mtimeMs ?? 0
}

function newest(folder: string): number {
  const times = readdirSync(join(checkout, folder), { withFileTypes: true }).map((entry) =>
    entry.isDirectory() ? newest(`${folder}/${entry.name}`) : timeOf(`${folder}/${entry.name}`),
  )
  return Math.max(0, ...times)
}
