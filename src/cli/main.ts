import { CommanderError } from 'commander'
import { didYouMean } from '../config/nearest.ts'
import { HarnessError } from '../errors.ts'
import { isUnicode } from './appearance.ts'
import { describeFailure } from './failure.ts'
import type { Host } from './host.ts'
import { COMMAND_NAMES, createProgram } from './program.ts'

/** What a run ends with that somebody interrupted: 128 + SIGINT. */
export const INTERRUPTED = 130

const OF_THE_PROGRAM: readonly string[] = ['-h', '--help', '-V', '--version']

/**
 * The command line: arguments in, exit code out. Never rejects.
 * @param argv without node and script
 */
export async function main(argv: readonly string[], version: string, host: Host): Promise<number> {
  let code = 0
  const program = createProgram(version, host, (value) => {
    code = value
  })
  try {
    await program.parseAsync(withCommand(argv), { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    const debug = argv.includes('--debug')
    const failure = describeFailure(error, { debug, unicode: isUnicode(host) })
    if (!host.signal.aborted) {
      host.stderr.write(failure)
      return 2
    }
    host.stderr.write(debug ? `interrupted\n${failure}` : 'interrupted\n')
    return INTERRUPTED
  }
}

/** Without a command it is `check`; a word that is none is an error, not a directory: a typo must not pass for one. */
function withCommand(argv: readonly string[]): readonly string[] {
  const [first] = argv
  if (first === undefined) return ['check']
  if (first.startsWith('-')) return OF_THE_PROGRAM.includes(first) ? argv : ['check', ...argv]
  if (COMMAND_NAMES.some((name) => name === first)) return argv
  throw new HarnessError('USAGE', `unknown command "${first}"`, {
    hint: didYouMean(first, COMMAND_NAMES) ?? `To check a directory: rls-harness check ${first}`,
  })
}
