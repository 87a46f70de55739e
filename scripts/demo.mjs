// Shows what the harness is for: `check` on a fixture application with one bad policy. Succeeds only if the leak was found.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const application = 'fixtures/apps/chidi/leaky-messages'

const say = (text) => process.stdout.write(`${text}\n`)

function run(args, env = process.env) {
  const stdio = ['ignore', 'inherit', 'inherit']
  const { status, error } = spawnSync(process.execPath, args, { cwd: root, env, stdio })
  if (error) throw error
  return status ?? 2
}

/** Settings of the caller's own projects would make it another run. */
const isKept = ([name]) => !name.startsWith('RLS_') || name === 'RLS_CACHE_DIR' || name === 'RLS_TMPDIR'
const environment = () => Object.fromEntries(Object.entries(process.env).filter(isKept))

/** An exit code of 1 alone is no proof: Node ends with it, too. */
function foundLeak(report) {
  const { findings } = JSON.parse(readFileSync(report, 'utf8'))
  return findings.some(({ code, relation }) => code === 'read-leak' && relation === 'public.messages')
}

function demo() {
  const prepared = run(['scripts/setup.mjs'])
  if (prepared !== 0) return prepared
  const folder = mkdtempSync(join(tmpdir(), 'rls-harness-demo-'))
  const report = join(folder, 'report.json')
  try {
    say(`\n$ npx rls-harness check ${application}`)
    const status = run(['dist/cli.js', 'check', application, '--output-file', report], environment())
    if (status === 1 && foundLeak(report)) {
      say('\ndemo: the leak was found. As a CI gate, exit code 1 would have failed this build.')
      return 0
    }
    say(`\ndemo: check ended with exit code ${status} and did not show the leak that is there`)
    return status === 0 ? 1 : status
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

process.exitCode = demo()
