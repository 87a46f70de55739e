// The step of action.yml that comments on a pull request: what the change opens and closes, in one comment that is found
// again by its first line and edited. It never fails the job: what it could not do, it says.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { annotate, complaint, input, projectDir, run } from './command.mjs'

/** GitHub refuses a comment of more characters. */
const LONGEST = 65_000

const { env } = process

/** A project of several has a comment of its own. */
const marker = `<!-- rls-harness: ${encodeURIComponent(input('WORKING_DIRECTORY') || '.')} -->`

function git(...args) {
  return spawnSync('git', ['-C', projectDir(), ...args], { encoding: 'utf8' })
}

/** The commit to compare with, fetched where the checkout does not have it. */
function baseOf(event) {
  const base = input('BASE') || event.pull_request?.base?.sha || ''
  if (base === '') return { missing: 'There is no commit to compare with.' }
  if (base.startsWith('-')) return { missing: `base: ${base} is no commit.` }
  if (base.endsWith('.json') && existsSync(resolve(projectDir(), base)))
    return { base: resolve(projectDir(), base) }
  if (git('cat-file', '-e', `${base}^{commit}`).status === 0) return { base }
  const fetched = git('fetch', '--quiet', '--no-tags', '--depth=1', 'origin', base)
  if (fetched.status !== 0) return { missing: `The commit ${base} could not be fetched.` }
  return { base: git('rev-parse', 'FETCH_HEAD').stdout.trim() }
}

/** What has changed, in Markdown; without a base, or where it cannot be told, the report itself and why. */
function difference(event) {
  const report = join(env['REPORTS'] ?? '', 'report.json')
  if (!existsSync(report))
    return { text: `The check could not run: exit code ${env['EXIT_CODE']}. The log says why.` }
  const { base, missing } = baseOf(event)
  if (base === undefined) return { text: whole(), note: missing }
  const config = input('CONFIG') === '' ? [] : ['--config', input('CONFIG')]
  const { code, stdout, stderr } = run(
    ['diff', base, report, '--dir', projectDir(), ...config, '--reporter', 'markdown'],
    { keepStdout: true },
  )
  if (code === 0 || code === 1) return { text: stdout }
  return { text: whole(), note: `There is no comparison with ${base}: ${complaint(stderr)}` }
}

function whole() {
  const file = join(env['REPORTS'] ?? '', 'report.md')
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

function bodyOf({ text, note }) {
  const link = `${env['GITHUB_SERVER_URL']}/${env['GITHUB_REPOSITORY']}/actions/runs/${env['GITHUB_RUN_ID']}`
  const ending = `\n\n[All reports of this run](${link})\n`
  // a note quotes what a tool said: as code it is text, whatever it holds
  const remark = note === undefined ? '' : `\n\n${note.replaceAll(/^/gm, '    ')}`
  const room = LONGEST - marker.length - remark.length - ending.length
  // cut inside a block of code or a table, the rest of the comment would become part of it
  const cut =
    text.length <= room
      ? text
      : `${text.slice(0, text.lastIndexOf('\n\n', room - 100))}\n\nThe rest is in the reports.`
  return `${marker}\n${cut.trim()}${remark}${ending}`
}

/** @throws Error with what gh said */
function gh(args, payload) {
  const file = join(mkdtempSync(join(env['RUNNER_TEMP'] || tmpdir(), 'rls-comment-')), 'payload.json')
  if (payload !== undefined) writeFileSync(file, JSON.stringify(payload))
  const { status, stdout, stderr, error } = spawnSync(
    'gh',
    ['api', ...args, ...(payload === undefined ? [] : ['--input', file])],
    { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  )
  if (error !== undefined) throw new Error(`gh: ${error.message}`)
  if (status !== 0) throw new Error(stderr.trim() || stdout.trim())
  return stdout
}

/** A token of the job has no user, and writes as a bot. */
function login() {
  try {
    return JSON.parse(gh(['user'])).login
  } catch {
    return undefined
  }
}

/** The comment of an earlier run. Anybody can write the first line: only what a bot or this token wrote is edited. */
function earlier(comments) {
  const own = login()
  for (let page = 1; ; page += 1) {
    const found = JSON.parse(gh([`${comments}?per_page=100&page=${page}`]))
    const ours = found.find(
      ({ body, user }) =>
        body?.startsWith(marker) && (user?.type === 'Bot' || (own !== undefined && user?.login === own)),
    )
    if (ours !== undefined || found.length < 100) return ours?.id
  }
}

try {
  const event = JSON.parse(readFileSync(env['GITHUB_EVENT_PATH'] ?? '', 'utf8'))
  const number = Number(event.pull_request?.number)
  if (!Number.isInteger(number)) throw new Error('this is no pull request')
  const issues = `repos/${env['GITHUB_REPOSITORY']}/issues`
  const body = bodyOf(difference(event))
  const id = earlier(`${issues}/${number}/comments`)
  if (id === undefined) gh(['--method', 'POST', `${issues}/${number}/comments`], { body })
  else gh(['--method', 'PATCH', `${issues}/comments/${id}`], { body })
  process.stdout.write(
    `The comment on pull request ${number} was ${id === undefined ? 'written' : 'edited'}.\n`,
  )
} catch (error) {
  annotate(
    'notice',
    `The pull request has no comment: ${error.message}\nIt takes the permission pull-requests: write, which pull requests from forks do not have.`,
  )
}
