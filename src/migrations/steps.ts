import { HarnessError } from '../errors.ts'
import { splitScript, type CopyPart, type MetaPart, type StatementPart } from '../sql/split.ts'
import { includedPath } from './psql-include.ts'
import { setValue, substitute } from './psql-variables.ts'
import { isFile, isInside, readText } from './text-file.ts'

/** A statement as it is sent, and where it stands. */
export interface Step {
  readonly part: StatementPart | CopyPart
  /** the part's text with psql's variables put in */
  readonly text: string
  /** relative to the project; another than the migration's where that one includes it */
  readonly file: string
  /** the whole text of `file` */
  readonly script: string
}

export interface StepContext {
  readonly projectDir: string
  /** `\connect` to this one changes nothing */
  readonly database: string
  /** where it is given, a line that can't be followed is told and left out */
  readonly onRefused?: (part: MetaPart, file: string, reason: string) => void
}

/** Lines of psql that change what people see, not what the database holds. */
const WITHOUT_EFFECT = new Set(
  'restrict unrestrict echo qecho warn pset timing encoding unset x a t d dn dt du df dp'.split(' '),
)
const DEEPEST_INCLUDE = 16

/**
 * The statements of a script in the order in which psql would run them: variables put in, files included.
 * @throws HarnessError MIGRATION_FAILED with file and line for a line of psql that can't be followed
 */
export function stepsOf(
  file: { readonly path: string; readonly text: string },
  context: StepContext,
): readonly Step[] {
  return new StepReader(context).read(file.path, file.text, 0)
}

class StepReader {
  readonly #context: StepContext
  readonly #variables = new Map<string, string>()

  constructor(context: StepContext) {
    this.#context = context
  }

  read(file: string, script: string, depth: number): readonly Step[] {
    return splitScript(script).flatMap((part): readonly Step[] => {
      if (part.kind === 'meta') return this.#followed(part, file, depth)
      return [{ part, text: substitute(part.text, this.#variables), file, script }]
    })
  }

  #followed(part: MetaPart, file: string, depth: number): readonly Step[] {
    const { onRefused } = this.#context
    try {
      return this.#follow(part, file, depth)
    } catch (error) {
      if (!onRefused || !(error instanceof HarnessError)) throw error
      onRefused(part, file, (error.message.split('\n', 1)[0] ?? '').replace(`${file}:${part.line}: `, ''))
      return []
    }
  }

  #follow(part: MetaPart, file: string, depth: number): readonly Step[] {
    if (part.insideStatement) {
      throw refused(file, part, 'psql commands in the middle of a statement are not supported')
    }
    if (WITHOUT_EFFECT.has(part.name)) return []
    const included = includedPath(part, file)
    if (included !== undefined) return this.#include(included, part, file, depth)
    if (part.name === 'set') return this.#set(part, file)
    if (part.name === 'c' || part.name === 'connect') return this.#connect(part, file)
    throw refused(file, part, `\\${part.name} is a command of psql that the harness does not follow`)
  }

  #include(path: string, part: MetaPart, file: string, depth: number): readonly Step[] {
    const { projectDir } = this.#context
    if (!isInside(projectDir, path)) throw refused(file, part, `${path} lies outside of the project`)
    if (!isFile(projectDir, path)) throw refused(file, part, `${path} does not exist`)
    if (depth >= DEEPEST_INCLUDE) throw refused(file, part, `${path} includes itself`)
    return this.read(path, readText(projectDir, path), depth + 1)
  }

  #set(part: MetaPart, file: string): readonly Step[] {
    const assignment = setValue(part.argument, this.#variables)
    if (assignment === undefined) throw refused(file, part, 'a shell command in \\set is never run')
    this.#variables.set(...assignment)
    return []
  }

  #connect(part: MetaPart, file: string): readonly Step[] {
    const [database = '-'] = part.argument.split(/\s+/).filter((word) => word !== '')
    if (database === '-' || database.replaceAll('"', '') === this.#context.database) return []
    throw refused(
      file,
      part,
      `connects to database "${database}", but everything runs in a single throw-away one`,
    )
  }
}

function refused(file: string, part: MetaPart, reason: string): HarnessError {
  return new HarnessError(
    'MIGRATION_FAILED',
    `${file}:${part.line}: ${reason}\n${part.line} | ${part.text}`,
    {
      hint: 'Take the line out of the script, or list a script without it in rls.config.ts: migrations: [{ sql: [...] }].',
    },
  )
}
