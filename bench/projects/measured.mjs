// What a report says of a run on a project that was not made for it.
import { COMMANDS, ROLES_OF_NOBODY } from './words.mjs'

/** What came of one run, from what it wrote. */
export function measured({ out, error, code, late }) {
  const report = out.startsWith('{') ? JSON.parse(out) : undefined
  if (!report)
    return { applied: late ? 'too long' : code === 2 ? 'not' : `crash (${code})`, why: firstLine(error) }
  const failed = report.run.lenient?.failed.length ?? 0
  const guarded = report.relations.filter(isGuarded)
  const open = guarded.map((relation) => {
    const allowed = commandsAllowed(relation)
    const works = allowed.filter((command) => relation.access[command] !== 'nobody')
    return { name: relation.name, allowed, some: works.length > 0, all: works.length === allowed.length }
  })
  return {
    applied: failed > 0 ? `lenient (${failed})` : 'clean',
    tables: report.seeding.tables,
    seeded: report.seeding.tables - report.seeding.empty.length,
    empty: report.seeding.empty,
    withoutTriggers: report.seeding.withoutTriggers,
    guarded: guarded.length,
    controlled: open.filter(({ some }) => some).length,
    fully: open.filter(({ all }) => all).length,
    uncontrolled: open.filter(({ some }) => !some).map(({ name }) => name),
    probes: report.summary.probes,
    untested: report.coverage.untested,
    findings: report.summary.bySeverity,
    memory: report.run.peakMemoryMb,
  }
}

/** An exposed table with a policy that lets an API role do anything. */
const isGuarded = (relation) =>
  relation.exposed &&
  ['table', 'partitioned'].includes(relation.kind) &&
  relation.rowSecurity.enabled &&
  commandsAllowed(relation).length > 0

/** The commands that a policy opens to somebody who also holds the privilege. */
function commandsAllowed({ policies, privileges }) {
  const granted = (command) =>
    privileges.some(({ role, commands }) => role !== 'service_role' && commands.includes(command))
  const opens = ({ permissive, using, withCheck, roles }, command) =>
    permissive &&
    (roles.length === 0 || roles.some((role) => !ROLES_OF_NOBODY.includes(role))) &&
    (command === 'insert' ? (withCheck ?? using) : using) !== 'false'
  return COMMANDS.filter(
    (command) =>
      granted(command) &&
      policies.some((policy) => [command, 'all'].includes(policy.command) && opens(policy, command)),
  )
}

const firstLine = (text) => text.split('\n').find((line) => line.trim() !== '') ?? 'no message'
