// Installs Vitest 5 and the Node 22 that it needs into a folder, for suites/package.suite.ts:
//   node scripts/install-vitest5.mjs <folder> && RLS_VITEST5_DIR=<folder> npx vitest run suites/package.suite.ts
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const [given] = process.argv.slice(2)
process.exitCode = given === undefined ? usage() : install(resolve(given))

function usage() {
  process.stderr.write('usage: node scripts/install-vitest5.mjs <folder>\n')
  return 2
}

function install(folder) {
  mkdirSync(folder, { recursive: true })
  const manifest = join(folder, 'package.json')
  if (!existsSync(manifest)) writeFileSync(manifest, '{ "private": true }\n')
  // the package `node` puts its binary in place with an install script
  const args = ['install', '--no-audit', '--no-fund', '--loglevel=error', 'vitest@5', 'node@22']
  const { status, error } = spawnSync('npm', args, {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  })
  if (error) throw error
  return status ?? 1
}
