// Runs `check` on projects as they are, and prints what came of it: applied, filled, shown to work, tried, found; seconds and memory.
//   node bench/projects.mjs <list> [--jobs 1] [--timeout 600] [--only text] [--reports folder] [--json]
// A line of the list is a folder (relative to the list) and flags for `check`, `# …` a remark. A flag --name gives it another name.
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { projectsMarkdown } from './projects/table.mjs'
import { measured } from './projects/measured.mjs'

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url))

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    jobs: { type: 'string', default: '1' },
    timeout: { type: 'string', default: '600' },
    only: { type: 'string' },
    reports: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})

async function main() {
  const [list] = positionals
  if (list === undefined) throw new Error('which projects? node bench/projects.mjs <list>')
  const projects = projectsOf(list).filter(({ name }) => name.includes(values.only ?? ''))
  if (values.reports) mkdirSync(values.reports, { recursive: true })
  const queue = [...projects.entries()]
  const lines = []
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [index, project] = next
      lines[index] = await check(project)
      process.stderr.write(
        `${lines[index].name}: ${lines[index].applied}, ${lines[index].seconds.toFixed(1)} s\n`,
      )
    }
  }
  await Promise.all(Array.from({ length: Number(values.jobs) }, work))
  process.stdout.write(values.json ? `${JSON.stringify(lines, null, 2)}\n` : projectsMarkdown(lines))
}

function projectsOf(list) {
  const rows = readFileSync(list, 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
  return rows.map((line) => {
    const [folder, ...flags] = line.split(/\s+/)
    const at = flags.indexOf('--name')
    const [name] = at < 0 ? [basename(folder)] : flags.splice(at, 2).slice(1)
    return { name, folder: resolve(dirname(list), folder), flags }
  })
}

/** One project in a process of its own, ended when it takes too long. */
async function check({ name, folder, flags }) {
  const started = performance.now()
  const argv = [CLI, 'check', folder, '--json', '--quiet', '--fail-on', 'never', ...flags]
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'], cwd: folder })
  let late = false
  const timer = setTimeout(
    () => {
      late = true
      child.kill('SIGTERM')
    },
    Number(values.timeout) * 1000,
  )
  const [out, error, code] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    new Promise((done) => child.once('close', done)),
  ])
  clearTimeout(timer)
  if (values.reports) {
    writeFileSync(join(values.reports, `${name}.json`), out)
    writeFileSync(join(values.reports, `${name}.err`), error)
  }
  const seconds = (performance.now() - started) / 1000
  return { name, ...measured({ out, error, code, late }), seconds }
}

async function textOf(stream) {
  let text = ''
  for await (const chunk of stream.setEncoding('utf8')) text += chunk
  return text
}

await main()
