/** @import { PageData, PageFinding } from '../page-data.ts' */
/** @import { Filters } from '../view.ts' */
/** @import { ReportedRelation, ReportedFunction, Untested } from '../../../domain/report.ts' */
import { fileOf, placeOf } from './words.js'

/** @param {string} name */
export const schemaOf = (name) => name.slice(0, Math.max(0, name.indexOf('.')))

/**
 * Every word of the text, in any order and case.
 * @param {string} text
 * @returns {(haystack: string) => boolean}
 */
export function wordsIn(text) {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  return (haystack) => words.every((word) => haystack.includes(word))
}

/** @param {PageFinding} finding */
export const findingText = (finding) =>
  lower([
    finding.id,
    finding.code,
    placeOf(finding.relation, finding.scope),
    finding.command,
    finding.actor,
    finding.title,
    finding.evidence,
    ...finding.blame.flatMap((blame) => [blame.policy, blame.statement, fileOf(blame)]),
    finding.suppressed?.reason,
  ])

/** @param {ReportedRelation} relation */
export const relationText = (relation) =>
  lower([
    placeOf(relation.name, relation.scope),
    relation.kind,
    fileOf(relation),
    ...relation.policies.flatMap((policy) => [policy.name, policy.using, policy.withCheck, fileOf(policy)]),
  ])

/** @param {ReportedFunction} one */
export const functionText = (one) => lower([one.name, fileOf(one)])

/** @param {Untested} entry */
export const untestedText = ({ relation, scope, command, actor, reason, accepted }) =>
  lower([placeOf(relation, scope), command, actor, reason, accepted?.reason])

/** @param {readonly (string | null | undefined)[]} texts */
export const lower = (texts) =>
  texts
    .filter((text) => typeof text === 'string')
    .join('\n')
    .toLowerCase()

/**
 * Whether a finding has the code and severity that are asked for.
 * @param {PageFinding} finding
 * @param {Filters} filters
 */
export const isOfKind = (finding, { code, severities }) =>
  (code === '' || finding.code === code) && (severities.length === 0 || severities.includes(finding.severity))

/**
 * Whether a cell is not as it was in the report that this one is compared with.
 * @param {Pick<PageData, 'changed'>} page
 * @returns {(relation: string, command: string) => boolean}
 */
export function changedIn({ changed }) {
  const keys = new Set(changed ?? [])
  return (relation, command) => keys.has(`${relation}/${command}`)
}

/** @param {Filters} filters */
export const isFiltered = ({ schema, code, severities, text, changed }) =>
  schema !== '' || code !== '' || severities.length > 0 || text.trim() !== '' || changed
