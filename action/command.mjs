// How the steps of action.yml call rls-harness and talk to the runner. Nothing here goes through a shell: inputs are
// arguments, whatever they hold.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const NAME = 'rls-harness'

/** An input of the action: '' where it was not given. */
export const input = (name) => process.env[`INPUT_${name}`] ?? ''

/** The project, absolute. */
export const projectDir = () =>
  resolve(process.env['GITHUB_WORKSPACE'] ?? '.', input('WORKING_DIRECTORY') || '.')

/** A workflow command: an annotation of the job. Line ends and percent signs would end or change it. */
export function annotate(kind, text) {
  const data = text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
  process.stdout.write(`::${kind} title=${NAME}::${data}\n`)
}

/** Words as they are written in `args`: separated by blanks, kept together by quotes; a backslash is itself. */
export function words(text) {
  const found = Array.from(text.matchAll(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g), ([word]) => word)
  const left = text.replaceAll(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g, '').trim()
  if (left !== '') throw new Error(`args: a quote is not closed: ${text}`)
  return found.map((word) => word.replaceAll(/"([^"]*)"|'([^']*)'/g, '$1$2'))
}

/**
 * The command: the version that is asked for, else what the project has installed, else the version of this action.
 * @returns program and first arguments
 */
export function harness(dir) {
  const version = input('VERSION')
  const installed = version === '' ? installedIn(dir) : undefined
  if (installed !== undefined) return [process.execPath, installed]
  const own = fileURLToPath(new URL('../package.json', import.meta.url))
  return [...npx(), '--yes', `${NAME}@${version || JSON.parse(readFileSync(own, 'utf8')).version}`]
}

/** The script of the package that Node would find from there. */
function installedIn(dir) {
  const folder = join(dir, 'node_modules', NAME)
  const manifest = join(folder, 'package.json')
  if (existsSync(manifest)) return join(folder, JSON.parse(readFileSync(manifest, 'utf8')).bin[NAME])
  return dirname(dir) === dir ? undefined : installedIn(dirname(dir))
}

/** On Windows npx is a batch file, which takes a shell: the script behind it takes none. */
function npx() {
  if (process.platform !== 'win32') return ['npx']
  return [process.execPath, join(dirname(process.execPath), 'node_modules/npm/bin/npx-cli.js')]
}

/** Runs rls-harness in the project. What it says goes to the log; stderr comes back as well, and stdout where it is kept. */
export function run(args, { keepStdout = false } = {}) {
  const dir = projectDir()
  const [program, ...first] = harness(dir)
  const ended = spawnSync(program, [...first, ...args], {
    cwd: dir,
    stdio: ['ignore', keepStdout ? 'pipe' : 'inherit', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  })
  const stderr = ended.error === undefined ? ended.stderr : `error: ${ended.error.message}\n`
  process.stderr.write(stderr)
  return { code: ended.status ?? 2, stdout: ended.stdout ?? '', stderr }
}

/** What an error of rls-harness says, with its hint; without the progress before it. */
export function complaint(stderr) {
  const start = stderr.search(/^error: /m)
  return start === -1 ? 'rls-harness could not be run' : stderr.slice(start + 'error: '.length).trim()
}
