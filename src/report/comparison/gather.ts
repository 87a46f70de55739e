import type { AccessChange, Comparison } from '../../domain/comparison.ts'

/** Without notes: a matter of style is no news of a change, and the JSON has it. */
export function withoutNotes(comparison: Comparison): Comparison {
  const { opened, closed, changed, same } = comparison.findings
  return {
    ...comparison,
    findings: {
      opened: opened.filter(({ finding }) => finding.severity !== 'note'),
      closed: closed.filter(({ severity }) => severity !== 'note'),
      changed: changed.filter(({ before, after }) => before.severity !== 'note' || after.severity !== 'note'),
      same,
    },
  }
}

/** In how many places somebody gets at more, and at less. */
export function widths(access: readonly AccessChange[]): {
  readonly wider: number
  readonly narrower: number
} {
  const number = (...wanted: readonly AccessChange['direction'][]): number =>
    access.filter(({ direction }) => wanted.includes(direction)).length
  return { wider: number('opened', 'changed'), narrower: number('closed', 'changed') }
}

/** What is new or gone as a whole is told in one line where it is the same for several commands. */
export function gathered(access: readonly AccessChange[]): readonly AccessChange[] {
  const lines: AccessChange[] = []
  for (const change of access) {
    const last = lines.at(-1)
    const isOne =
      last?.subject === change.subject &&
      last.before === change.before &&
      last.after === change.after &&
      last.direction === change.direction &&
      JSON.stringify(last.causes) === JSON.stringify(change.causes)
    if (isOne) lines[lines.length - 1] = { ...last, aspect: `${last.aspect}, ${change.aspect}` }
    else lines.push(change)
  }
  return lines
}

/** `2 opened`, `1 closed`, …: what a comparison came to. */
export function totalsIn({ findings, untested, access }: Comparison): readonly string[] {
  const { wider, narrower } = widths(access)
  return [
    `${findings.opened.length} opened`,
    `${findings.closed.length} closed`,
    `${findings.same} as before`,
    `access: ${wider} wider, ${narrower} narrower`,
    `${untested.opened.length} newly untested`,
  ]
}
