import type { Finding } from '../domain/report.ts'

/** What a finding's script does as somebody, without what sets it up. */
export interface Deed {
  /** name of the actor */
  readonly who: string
  /** what a superuser puts there first */
  readonly scene: readonly string[]
  readonly statements: readonly string[]
}

const SESSION = /^(?:select set_config\(|set local (?:session authorization|role) )/
const SUPERUSER = /^set (?:constraints all immediate|local session authorization default|local role none);?$/

/** Read from the script, whose blocks are apart by empty lines: `-- as alice`, then what alice sends. */
export function deedIn({ reproduction }: Pick<Finding, 'reproduction'>): Deed | undefined {
  const blocks = (reproduction ?? '').split('\n\n')
  const steps = blocks.find((block) => block.startsWith('-- the steps'))
  const asked = blocks.findIndex((block) => /^-- as (?!superuser$)/m.test(block))
  const who = /^-- as (.*)$/m.exec(blocks[asked] ?? '')?.[1]
  if (who === undefined) return undefined
  const last = blocks.findLastIndex((block) => /^-- as (?!superuser$)/m.test(block))
  const own = [...(steps === undefined ? [] : [steps]), blocks[Math.max(asked, last) + 1] ?? '']
  return { who, scene: sceneIn(blocks[asked] ?? ''), statements: own.flatMap(statementsIn) }
}

/** Lines that are neither remarks nor belong to the session. */
const statementsIn = (block: string): readonly string[] =>
  block
    .split('\n')
    .filter(
      (line) => line !== '' && !/^-- |^rollback;$/.test(line) && !SESSION.test(line) && !SUPERUSER.test(line),
    )

/** What stands in a block before the session begins. */
function sceneIn(block: string): readonly string[] {
  const lines = block.split('\n')
  const session = lines.findIndex((line) => line.startsWith('set local session authorization'))
  return statementsIn(lines.slice(0, Math.max(0, session)).join('\n')).filter(
    (line) => !line.startsWith('set local session_replication_role'),
  )
}
