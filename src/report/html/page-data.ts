import { coverageText, scenariosText } from '../../domain/coverage.ts'
import { FINDINGS, type FindingInfo } from '../../domain/finding.ts'
import type { Finding, Report } from '../../domain/report.ts'
import { withoutScript } from '../explain.ts'
import { extentOf } from '../extent.ts'
import { deedIn } from '../script-parts.ts'

/** What another report is known to say otherwise. */
export interface Comparison {
  /** `schema.name/command` of every cell that is not as it was */
  readonly changed: readonly string[]
  /** what is compared with what, and what that gave */
  readonly compared?: string
}

/** What the page is made of: a report, and what is known of its codes. Scripts and probes stand apart. */
export interface PageData extends Omit<Report, 'probes' | 'findings'> {
  readonly findings: readonly PageFinding[]
  readonly codes: Readonly<Record<string, Pick<FindingInfo, 'title' | 'impact' | 'remedy'>>>
  readonly texts: {
    readonly extent: string
    readonly coverage: string | null
    readonly scenarios: string | null
  }
  readonly changed?: readonly string[]
  readonly compared?: string
}

/** `withoutScript` says why there is no script. */
export interface PageFinding extends Omit<Finding, 'reproduction'> {
  readonly withoutScript?: string
}

export function pageData(report: Report, comparison?: Comparison): PageData {
  const { probes: _, findings, ...rest } = report
  return {
    ...rest,
    findings: findings.map(pageFinding),
    codes: Object.fromEntries(findings.map((finding) => [finding.code, infoOf(finding)])),
    texts: {
      extent: extentOf(report),
      coverage: coverageText(report.coverage.policies),
      scenarios: scenariosText(report.coverage.scenarios),
    },
    ...comparison,
  }
}

function pageFinding({ reproduction, ...finding }: Finding): PageFinding {
  return reproduction === undefined ? { ...finding, withoutScript: withoutScript(finding) } : finding
}

/** A report of another version may hold codes that this one does not know. */
function infoOf({ code, title }: Finding): PageData['codes'][string] {
  const { title: known, impact, remedy } = FINDINGS[code] ?? { title, impact: '', remedy: '' }
  return { title: known, impact, remedy }
}

/** What shows a finding: the script, and of it what is sent as whom. */
export interface PageScript {
  readonly text: string
  readonly who?: string
  readonly statements: readonly string[]
}

/** By fingerprint. They are long, and few are looked at: the page reads them when the first one is opened. */
export function scriptsOf({ findings }: Report): Readonly<Record<string, PageScript>> {
  return Object.fromEntries(
    findings.flatMap(({ fingerprint, reproduction }) => {
      if (reproduction === undefined) return []
      const deed = deedIn({ reproduction })
      const script = { text: reproduction, statements: deed?.statements ?? [] }
      return [[fingerprint, deed === undefined ? script : { ...script, who: deed.who }]]
    }),
  )
}

/** Texts of an attempt that the page shows, then how many rows of each tie it reached. */
const WORDS = ['command', 'actor', 'attempt', 'detail', 'outcome'] as const
const COUNTS = ['own', 'team', 'foreign', 'unowned'] as const

export interface PageAttempts {
  readonly words: readonly string[]
  /** by relation, a NUL and the scope: places in `words` of WORDS, then COUNTS */
  readonly rows: Readonly<Record<string, readonly (readonly number[])[]>>
}

/** Every probe, in few bytes: a thousand relations have seventy thousand, and the same words in all of them. */
export function attemptsOf({ probes }: Report): PageAttempts {
  const at = (column: string): number => probes.columns.indexOf(column)
  const [relation, scope, words, counts] = [at('relation'), at('scope'), WORDS.map(at), COUNTS.map(at)]
  const places = new Map<string, number>()
  const placeOf = (word: string): number => {
    const place = places.get(word) ?? places.size
    places.set(word, place)
    return place
  }
  const rows = new Map<string, (readonly number[])[]>()
  for (const row of probes.rows) {
    const key = `${textOf(row[relation])}\0${textOf(row[scope])}`
    const one = [
      ...words.map((column) => placeOf(textOf(row[column]))),
      ...counts.map((column) => numberOf(row[column])),
    ]
    const known = rows.get(key)
    if (known) known.push(one)
    else rows.set(key, [one])
  }
  return { words: [...places.keys()], rows: Object.fromEntries(rows) }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0)
