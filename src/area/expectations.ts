import type { Bucket } from '../domain/area.ts'
import type { Policy, Relation } from '../domain/catalog.ts'
import { policiesFor } from '../domain/catalog.ts'
import type { Config } from '../domain/config.ts'
import type { Expectation } from '../domain/expectation.ts'
import { COMMANDS } from '../domain/vocabulary.ts'
import type { Audience, Command } from '../domain/vocabulary.ts'
import { declaredFor, intentFor } from '../ownership/intents.ts'
import { admitsOwner, isOpen } from '../ownership/naming.ts'
import { predicateFor, readPredicate } from '../ownership/policy-facts.ts'
import type { Reading } from '../ownership/policy-facts.ts'

/** Whose the things of an area are, as their names and makers say. */
export interface Belonging {
  readonly kind: 'user' | 'tenant' | 'shared'
  /** things of a tenant have users inside */
  readonly ownerInside: boolean
  readonly why: string
}

export interface AreaSubject {
  readonly relation: Relation
  readonly scope: string | null
  readonly bucket: Bucket | null
  readonly belonging: Belonging
  readonly apiRoles: readonly string[]
  readonly reading: Reading
  readonly config: Pick<Config, 'expect'>
}

/** Who may and who must get through in a bucket or with topics of one layout. */
export function expectArea(
  subject: AreaSubject,
  commands: readonly Command[] = COMMANDS,
): readonly Expectation[] {
  return commands.map((command) => expect(subject, command))
}

function expect(subject: AreaSubject, command: Command): Expectation {
  const { relation, scope, belonging, config, reading } = subject
  const policies = admitting(subject, command)
  const closedBy = closure(subject, command, policies)
  const declared =
    declaredFor(
      intentFor(config.expect, scope === null ? relation.qualified : `${relation.qualified}/${scope}`),
      command,
    ) ?? declaredFor(intentFor(config.expect, relation.qualified), command)
  const tied = belonging.kind !== 'shared'
  const [upper, why] = declared
    ? [declared.audience, 'declared in the configuration']
    : upperFor(subject, command)
  const open = policies.find((policy) => command === 'select' && isOpen(policy.using))
  // what a public bucket is declared to show its URL shows, whatever its policies say
  const byUrl = command === 'select' && subject.bucket?.public === true
  const side = command === 'insert' ? 'check' : 'using'
  const owners = policies.some((policy) => admitsOwner(relation, predicateFor(policy, side), reading))
  return {
    relation: relation.oid,
    ...(scope === null ? {} : { scope }),
    command,
    upper,
    lower: declared && !byUrl ? declared.audience : closedBy === null && tied && owners ? 'owner' : 'nobody',
    declared: declared !== undefined,
    conditions: declared?.conditions ?? [],
    admits: closedBy === null,
    closedBy,
    trivialPolicy: open?.name ?? null,
    shared: false,
    ownerInside: belonging.ownerInside,
    people: false,
    why,
  }
}

/** Anybody whom a policy names may use what is nobody's; only changing and deleting it is more than it seems. */
function upperFor(
  { bucket, belonging, relation }: AreaSubject,
  command: Command,
): readonly [Audience, string] {
  if (command === 'select' && bucket?.public)
    return ['everyone', 'the bucket is public: its URL asks no policy']
  if (belonging.kind === 'user') return ['owner', belonging.why]
  if (belonging.kind === 'tenant') return ['tenant', belonging.why]
  if (command === 'select') return ['everyone', belonging.why]
  return [command === 'insert' && relation.name !== 'buckets' ? 'authenticated' : 'nobody', belonging.why]
}

function admitting({ relation, apiRoles }: AreaSubject, command: Command): readonly Policy[] {
  const roles = apiRoles.filter((role) => role !== 'service_role')
  return [...new Set(roles.flatMap((role) => policiesFor(relation, command, role)))].filter(
    ({ permissive }) => permissive,
  )
}

function closure(
  { relation, reading, apiRoles }: AreaSubject,
  command: Command,
  policies: readonly Policy[],
): string | null {
  const granted = relation.privileges.some(
    ({ role, relation: privileges }) => apiRoles.includes(role) && privileges.includes(command),
  )
  if (!granted) return `no API role has the privilege to ${command}`
  if (!relation.rowSecurity.enabled) return null
  if (policies.length === 0) return `no policy for ${command}`
  const facts = policies.map((policy) =>
    readPredicate(relation, predicateFor(policy, command === 'insert' ? 'check' : 'using'), reading),
  )
  return facts.every((fact) => fact.constant === false || fact.serviceOnly)
    ? `no policy for ${command} that a role of the API could satisfy`
    : null
}
