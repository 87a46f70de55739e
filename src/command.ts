import { describeFailure } from './cli/failure.ts'
import type { Host } from './cli/host.ts'
import { INTERRUPTED, main } from './cli/main.ts'
import { listenForSignals } from './cli/signals.ts'
import { packageVersion } from './cli/version.ts'

function quit(code: number): never {
  process.exitCode = code
  process.exit()
}

/** A reader that closed the pipe (`| head`) has seen what it wanted; any other error means that the report is lost. */
function onLostOutput(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') return
  process.stderr.write(`error: cannot write to stdout: ${error.message}\n`)
  quit(2)
}

/** The pipeline is loaded only when something is to be run: help and usage errors come at once. */
const run: Host['run'] = async (config, context) => {
  const pipeline = await import('./run.ts')
  return pipeline.run(config, context)
}

const runSince: Host['runSince'] = async (config, options, context) => {
  const pipeline = await import('./since.ts')
  return pipeline.runSince(config, options, context)
}

const runAgain: Host['runAgain'] = async (config, before, context) => {
  const pipeline = await import('./again.ts')
  return pipeline.runAgain(config, before, context)
}

const inspect: Host['inspect'] = async (config, options, context) => {
  const pipeline = await import('./inspect.ts')
  return pipeline.inspect(config, options, context)
}

const findDrift: Host['findDrift'] = async (config, options, context) => {
  const pipeline = await import('./find-drift.ts')
  return pipeline.findDrift(config, options, context)
}

const declareTypes: Host['declareTypes'] = async (config, context) => {
  const pipeline = await import('./types.ts')
  return pipeline.declareTypes(config, context)
}

const diagnose: Host['diagnose'] = async (projectDir, config, context) => {
  const pipeline = await import('./diagnose.ts')
  return pipeline.diagnose(projectDir, config, context)
}

const prompts: NonNullable<Host['prompts']> = async () => {
  const { terminalPrompts } = await import('./cli/prompts.ts')
  return terminalPrompts
}

process.stdout.on('error', onLostOutput)
// progress that nobody can read is no reason to stop
process.stderr.on('error', () => {})
// Node's own exit code would be 1, which means findings
process.once('uncaughtException', (error) => {
  process.stderr.write(describeFailure(error, { debug: true, unicode: false }))
  quit(2)
})

using interruption = listenForSignals(
  process,
  (text) => process.stderr.write(text),
  () => quit(INTERRUPTED),
)

const keys: NonNullable<Host['stdin']> = {
  isTTY: true,
  setRawMode: (raw) => process.stdin.setRawMode(raw),
  on: (event, listener) => process.stdin.on(event, listener),
  off: (event, listener) => process.stdin.off(event, listener),
  resume: () => process.stdin.resume(),
  pause: () => process.stdin.pause(),
  interrupt: () => process.kill(process.pid, 'SIGINT'),
}

process.exitCode = await main(process.argv.slice(2), packageVersion(), {
  stdout: process.stdout,
  stderr: process.stderr,
  ...(process.stdin.isTTY ? { stdin: keys } : {}),
  environment: process.env,
  cwd: process.cwd(),
  platform: process.platform,
  today: new Date().toISOString().slice(0, 10),
  ...(process.stdin.isTTY && process.stdout.isTTY ? { prompts } : {}),
  signal: interruption.signal,
  run,
  runSince,
  runAgain,
  inspect,
  findDrift,
  declareTypes,
  diagnose,
})
