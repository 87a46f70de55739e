// Installs the dependencies and builds, each only where it is out of date, so that `npm run demo` and `npm test` work in a fresh clone.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const modified = (path) => (existsSync(join(root, path)) ? statSync(join(root, path)).mtimeMs : 0)

function newest(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .map((entry) =>
      entry.isDirectory() ? newest(`${folder}/${entry.name}`) : modified(`${folder}/${entry.name}`),
    )
    .reduce((latest, time) => Math.max(latest, time), 0)
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  if (error) throw error
  if (status !== 0) process.exit(status ?? 1)
}

if (modified('node_modules/.package-lock.json') < modified('package-lock.json')) {
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
}
if (
  modified('dist/cli.js') <
  Math.max(newest('src'), modified('tsconfig.build.json'), modified('tsconfig.json'))
) {
  run(process.execPath, ['scripts/build.mjs'])
}
