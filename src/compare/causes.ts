import type { Cause } from '../domain/comparison.ts'
import type { Place } from '../domain/place.ts'
import type { Blame, Report, ReportedFunction, ReportedPolicy, ReportedRelation } from '../domain/report.ts'
import { filesOf } from './files.ts'

/**
 * What may be why access to a relation or function is different: what guards it differs, else what the finding blames
 * stands in a file that is new or changed, else these files.
 */
export function causesOf(
  a: Report,
  b: Report,
  subject: string,
  aspect: string,
  blame: readonly Blame[] = [],
): readonly Cause[] {
  const own = guardCauses(relationIn(a, subject), relationIn(b, subject), aspect)
  const routines = routineCauses(functionIn(a, subject), functionIn(b, subject))
  const near = [...own, ...routines]
  if (near.length > 0) return near
  const { added, changed } = filesOf(a, b)
  const isNew = ({ file }: Place): boolean => file !== undefined && [...added, ...changed].includes(file)
  const blamed = blame.filter(isNew).map(({ policy, statement, file, line }) => ({
    text: policy === undefined ? (statement ?? 'what it blames') : `policy "${policy}"`,
    ...placeOf({ ...(file === undefined ? {} : { file }), ...(line === undefined ? {} : { line }) }),
  }))
  if (blamed.length > 0) return blamed
  const elsewhere = changedElsewhere(a, b)
  return elsewhere.length > 0 ? elsewhere : fileCauses(a, b)
}

const relationIn = ({ relations }: Report, subject: string): ReportedRelation | undefined =>
  relations.find(({ name, scope }) => (scope === undefined ? name : `${name}/${scope}`) === subject)

const functionIn = ({ functions }: Report, subject: string): ReportedFunction | undefined =>
  functions.find(({ name }) => name === subject)

const placeOf = ({ file, line }: Place): Place => ({
  ...(file === undefined ? {} : { file }),
  ...(line === undefined ? {} : { line }),
})

function guardCauses(
  before: ReportedRelation | undefined,
  after: ReportedRelation | undefined,
  aspect: string,
): readonly Cause[] {
  if (!after) return before ? [{ text: 'it is gone' }] : []
  if (!before) return [{ text: 'it is new', ...placeOf(after) }]
  return [
    ...policyCauses(before, after, aspect),
    ...switchCauses(before, after),
    ...privilegeCauses(before, after, aspect),
    ...redefined(before, after),
  ]
}

const said = ({ name, command, permissive, roles, using, withCheck }: ReportedPolicy): string =>
  JSON.stringify([name, command, permissive, roles, using, withCheck])

/** A row that is written is read as well where a statement names columns: policies for SELECT count for all. */
function policyCauses(before: ReportedRelation, after: ReportedRelation, aspect: string): readonly Cause[] {
  const concerns = ({ command }: ReportedPolicy): boolean =>
    command === 'all' || command === aspect || command === 'select'
  const came = after.policies.filter(concerns).flatMap((policy): readonly Cause[] => {
    const old = before.policies.find(({ name }) => name === policy.name)
    if (old && said(old) === said(policy)) return []
    return [{ text: `policy "${policy.name}" ${old ? 'is another' : 'is new'}`, ...placeOf(policy) }]
  })
  const went = before.policies
    .filter((policy) => concerns(policy) && !after.policies.some(({ name }) => name === policy.name))
    .map((policy) => ({ text: `policy "${policy.name}" is gone` }))
  return [...came, ...went]
}

function switchCauses(before: ReportedRelation, after: ReportedRelation): readonly Cause[] {
  const [was, is] = [before.rowSecurity, after.rowSecurity]
  return [
    ...(was.enabled === is.enabled
      ? []
      : [{ text: `row security is ${is.enabled ? 'on' : 'off'}`, ...placeOf(after) }]),
    ...(was.forced === is.forced ? [] : [{ text: `row security is ${is.forced ? '' : 'not '}forced` }]),
  ]
}

function privilegeCauses(
  before: ReportedRelation,
  after: ReportedRelation,
  aspect: string,
): readonly Cause[] {
  const holders = ({ privileges }: ReportedRelation): readonly string[] =>
    privileges.filter(({ commands }) => commands.some((one) => one === aspect)).map(({ role }) => role)
  const [was, is] = [holders(before), holders(after)]
  return [
    ...is.filter((role) => !was.includes(role)).map((role) => ({ text: `${role} may ${aspect} now` })),
    ...was
      .filter((role) => !is.includes(role))
      .map((role) => ({ text: `${role} may not ${aspect} any more` })),
  ]
}

/** A view that was made anew has no other sign of it than where that stands. */
const redefined = (before: ReportedRelation, after: ReportedRelation): readonly Cause[] =>
  ['view', 'materialized'].includes(after.kind) && after.file !== undefined && after.file !== before.file
    ? [{ text: `${after.kind} is defined anew`, ...placeOf(after) }]
    : []

function routineCauses(
  before: ReportedFunction | undefined,
  after: ReportedFunction | undefined,
): readonly Cause[] {
  if (!after) return before ? [{ text: 'it is gone' }] : []
  if (!before) return [{ text: 'it is new', ...placeOf(after) }]
  return [
    ...(before.securityDefiner === after.securityDefiner
      ? []
      : [{ text: `it runs with the rights of ${after.securityDefiner ? 'its owner' : 'its caller'}` }]),
    ...(before.access.execute === after.access.execute
      ? []
      : [{ text: `EXECUTE is for ${after.access.execute}, was for ${before.access.execute}` }]),
    ...(after.file === undefined || (after.file === before.file && after.line === before.line)
      ? []
      : [{ text: 'it is defined anew', ...placeOf(after) }]),
  ]
}

const MOST_ELSEWHERE = 5

/** Policies and functions of others that differ: a verdict may depend on them. */
function changedElsewhere(a: Report, b: Report): readonly Cause[] {
  const policies = b.relations.flatMap((after) => {
    const before = a.relations.find(({ name, scope }) => name === after.name && scope === after.scope)
    return after.policies.flatMap((policy): readonly Cause[] =>
      before && !before.policies.some((old) => said(old) === said(policy))
        ? [
            {
              text: `policy "${policy.name}" on ${after.name} is ${before.policies.some(({ name }) => name === policy.name) ? 'another' : 'new'}`,
              ...placeOf(policy),
            },
          ]
        : [],
    )
  })
  const functions = b.functions.flatMap((after): readonly Cause[] => {
    const before = functionIn(a, after.name)
    return before && after.file !== undefined && after.file !== before.file
      ? [{ text: `${after.name} is defined anew`, ...placeOf(after) }]
      : []
  })
  return [...policies, ...functions].slice(0, MOST_ELSEWHERE)
}

const fileCauses = (a: Report, b: Report): readonly Cause[] => {
  const { added, changed, removed } = filesOf(a, b)
  return [
    ...added.map((file) => ({ text: 'file is new', file })),
    ...changed.map((file) => ({ text: 'file is another', file })),
    ...removed.map((file) => ({ text: `file is gone: ${file}` })),
  ].slice(0, MOST_ELSEWHERE)
}
