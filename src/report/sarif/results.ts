import type { Acceptance, Blame, Finding, Report } from '../../domain/report.ts'
import { asWhom } from '../actor-text.ts'
import { fallbackOf, linesOf, type RepositoryLine } from '../location.ts'
import { placeOf } from '../place.ts'
import { uriOf } from '../repository-path.ts'
import { messageText } from './message.ts'

export interface ResultContext {
  readonly report: Report
  /** the project's folder in its repository */
  readonly root: string
  /** the place of a rule in the list of rules */
  readonly ruleIndex: (code: Finding['code']) => number
  /** tells findings of the same fingerprint apart, from 1 */
  readonly occurrence: (finding: Finding) => number
}

/** One finding as a SARIF result: at the line that is to blame, known again by its fingerprint. */
export function resultOf(finding: Finding, context: ResultContext) {
  const { report, root } = context
  const [first, ...others] = linesOf(finding, root)
  const place = first ?? fallbackOf(finding, report, root)
  return {
    ruleId: finding.code,
    ruleIndex: context.ruleIndex(finding.code),
    level: finding.severity,
    message: { text: textOf(finding, report, first === undefined) },
    locations: [{ physicalLocation: physical(place), logicalLocations: [logical(finding)] }],
    ...(others.length === 0
      ? {}
      : { relatedLocations: others.map((line, id) => related(line, id, finding)) }),
    // the name is GitHub's: what it knows an alert by when lines move
    partialFingerprints: {
      primaryLocationLineHash: `${finding.fingerprint}:${context.occurrence(finding)}`,
    },
    suppressions: finding.suppressed === undefined ? [] : [suppression(finding.suppressed)],
    properties: {
      id: finding.id,
      kind: finding.kind,
      relation: finding.relation,
      command: finding.command,
      ...(finding.group === undefined ? {} : { group: finding.group }),
    },
  }
}

function textOf(finding: Finding, report: Report, isLost: boolean): string {
  const { relation, scope, command, actor, evidence, title, blame, id } = finding
  const who = actor === undefined ? '' : ` ${asWhom(actor, report)}`
  const cause = blame.map(causeText).find((text) => text !== '')
  const sentences = [
    `${placeOf(relation, scope)}: ${command}${who}`,
    evidence === '' ? title : evidence,
    ...(cause === undefined ? [] : [`Cause: ${cause}`]),
    ...(isLost ? ['The line that is to blame is not known or not in this repository'] : []),
  ].map((text) => (text.endsWith('.') ? text : `${text}.`))
  const rest = ` More: rls-harness explain ${id}`
  return `${messageText(sentences.join(' '), 1000 - rest.length)}${rest}`
}

function causeText({ policy, statement, through }: Blame): string {
  const name = policy === undefined ? '' : `policy "${policy}"`
  const what = through ?? statement ?? ''
  return [name, what].filter((part) => part !== '').join(policy !== undefined && through ? ' through ' : ' ')
}

const physical = ({ path, line }: RepositoryLine) => ({
  artifactLocation: { uri: uriOf(path), uriBaseId: '%SRCROOT%' },
  region: { startLine: line },
})

const logical = ({ relation, scope, command }: Finding) => ({
  fullyQualifiedName: messageText(placeOf(relation, scope)),
  kind: command === 'execute' ? 'function' : 'resource',
})

const related = (line: RepositoryLine, id: number, { blame }: Finding) => {
  const cause = blame.find((one) => one.line === line.line && line.path.endsWith(baseOf(one.file)))
  return {
    id,
    physicalLocation: physical(line),
    message: { text: messageText((cause && causeText(cause)) || 'also to blame') },
  }
}

const baseOf = (file = ''): string => file.slice(file.lastIndexOf('/') + 1)

/** Said in the configuration or the baseline, not in the source. */
const suppression = ({ by, reason, expires }: Acceptance) => ({
  kind: 'external',
  status: 'accepted',
  justification: messageText(expires === undefined ? reason : `${reason} (until ${expires})`),
  properties: { by },
})
