// The first step of action.yml: one check, every report of it in a folder, annotations and job summary, and what the
// following steps need as outputs. It does not fail the job: the last step does, when all reports are where they belong.
import { appendFileSync, existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { annotate, complaint, input, run, words } from './command.mjs'

const reports = mkdtempSync(join(process.env['RUNNER_TEMP'] || tmpdir(), 'rls-harness-'))

/** By reporter, where its report goes. */
const FILES = {
  json: 'report.json',
  sarif: 'report.sarif',
  html: 'report.html',
  markdown: 'report.md',
  junit: 'report.xml',
}

function flags() {
  const option = (flag, value) => (value === '' ? [] : [flag, value])
  return [
    '--reporter',
    'terminal',
    '--reporter',
    'github',
    ...Object.entries(FILES).flatMap(([reporter, name]) => [
      '--output-file',
      `${reporter}=${join(reports, name)}`,
    ]),
    ...option('--config', input('CONFIG')),
    ...option('--fail-on', input('FAIL_ON')),
    ...(input('LOCKED') === 'true' ? ['--locked'] : []),
    ...words(input('ARGS')),
  ]
}

/** Writes outputs. None of them holds a line end: they are numbers, words and paths that were made here. */
function output(values) {
  const lines = Object.entries(values).map(([name, value]) => `${name}=${value}\n`)
  appendFileSync(process.env['GITHUB_OUTPUT'] ?? '/dev/null', lines.join(''))
}

function failed(text) {
  annotate('error', text)
  const summary = process.env['GITHUB_STEP_SUMMARY']
  // indented: it is text, whatever it holds
  const quoted = text.replaceAll(/^/gm, '    ')
  if (summary) appendFileSync(summary, `### rls-harness could not run\n\n${quoted}\n`)
}

function attempt() {
  try {
    return run(['check', ...flags()])
  } catch (error) {
    return { code: 2, stderr: `error: ${error.message}\n` }
  }
}

const { code, stderr } = attempt()
const json = join(reports, FILES.json)
const isThere = existsSync(json)
if (isThere) {
  const { outcome, summary, coverage } = JSON.parse(readFileSync(json, 'utf8'))
  output({
    outcome,
    errors: summary.bySeverity.error,
    warnings: summary.bySeverity.warning,
    untested: coverage.untested.filter(({ accepted }) => accepted === undefined).length,
    sarif: join(reports, FILES.sarif),
  })
} else {
  failed(complaint(stderr))
  output({ outcome: 'could-not-run' })
}
// 1 means findings, which stand in a report: without one it is the exit code of something that has crashed
output({ reports, 'exit-code': isThere ? code : Math.max(code, 2) })
