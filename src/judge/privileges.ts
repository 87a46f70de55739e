import { bypassOf } from '../domain/bypass.ts'
import type { Relation } from '../domain/catalog.ts'
import { covers } from '../domain/grants.ts'
import type { GrantStatement } from '../domain/grants.ts'
import type { BesideObservation } from '../domain/privilege.ts'
import type { Blame, Check, Untested } from '../domain/report.ts'
import type { Standing } from '../domain/vocabulary.ts'
import { placeOf } from './blame.ts'
import { scriptIn } from './collect.ts'
import type { Fact } from './collect.ts'
import type { JudgeInput } from './input.ts'

type PrivilegeInput = Pick<
  JudgeInput,
  'catalog' | 'population' | 'relations' | 'definitions' | 'beside' | 'grants' | 'reproductionOfBeside'
>

/** What gets past the policies beside them: what was carried out, and revokes that changed nothing. */
export function judgePrivileges(input: PrivilegeInput): {
  readonly facts: readonly Fact[]
  readonly untested: readonly Untested[]
} {
  return {
    facts: [
      ...input.beside.flatMap((one) => (one.outcome.kind === 'open' ? [factOf(input, one)] : [])),
      ...voidRevokes(input),
    ],
    untested: input.beside.flatMap(({ outcome, subject, command, actor, code }) =>
      outcome.kind === 'broken'
        ? [
            {
              relation: subject.qualified,
              command,
              actor: standingFor(input, actor),
              reason: `${code}: ${outcome.message} (${outcome.sqlstate})`,
            },
          ]
        : [],
    ),
  }
}

function standingFor({ population }: PrivilegeInput, name: string): Standing {
  return population.actors.find((actor) => actor.name === name)?.role === 'anon' ? 'anon' : 'foreign'
}

function factOf(input: PrivilegeInput, one: BesideObservation): Fact {
  const { code, subject, command, actor, grant, cause, object, weak, outcome } = one
  const place = object ? placeOf(input.definitions, object.objectType, object.identity) : {}
  return {
    code,
    subject,
    command,
    actor: standingFor(input, actor),
    evidence: outcome.kind === 'open' ? outcome.evidence : '',
    ...(grant ? { checks: [checkOf(input, one, grant)] } : {}),
    blame: grant ? [blameOf(grant)] : cause === undefined ? [] : [{ statement: cause, ...place }],
    ...scriptIn(input.reproductionOfBeside(one)),
    declared: false,
    weak: weak ?? false,
    by: actor,
  }
}

const blameOf = ({ file, line, roles, target }: GrantStatement): Blame => ({
  statement: `${target === 'defaults' ? 'default privileges granted' : 'granted'} to ${roles.join(', ')}`,
  file,
  line,
})

/** What a privilege opens, no policy is asked about. */
const checkOf = (
  { population }: PrivilegeInput,
  { actor, command, subject }: BesideObservation,
  grant: GrantStatement,
): Check => ({
  kind: 'privilege',
  role: population.actors.find(({ name }) => name === actor)?.role ?? actor,
  privilege: command,
  on: subject.qualified,
  held: true,
  ...blameOf(grant),
})

/** A REVOKE of single columns leaves a privilege on the whole table as it is (manual, REVOKE, "Notes"). */
function voidRevokes(input: PrivilegeInput): readonly Fact[] {
  return input.grants
    .filter(({ grants, target, names }) => !grants && target === 'objects' && names !== null)
    .flatMap((revoke) =>
      input.relations
        .filter(({ schema, name }) => covers(revoke, { schema, name, on: 'tables', madeAt: 0 }))
        .flatMap((relation) => voidOn(input, revoke, relation)),
    )
}

const COLUMN_PRIVILEGES = ['select', 'insert', 'update'] as const

function voidOn({ catalog }: PrivilegeInput, revoke: GrantStatement, relation: Relation): readonly Fact[] {
  if (revoke.privileges === 'all') return []
  return revoke.privileges.flatMap(({ name, columns }) =>
    COLUMN_PRIVILEGES.filter((one) => columns.length > 0 && (name === one || name === 'all')).flatMap(
      (command): readonly Fact[] => {
        const holders = revoke.roles.filter(
          (role) =>
            catalog.apiRoles.includes(role) &&
            bypassOf(catalog, { ...relation, rowSecurity: { enabled: true, forced: false } }, role) ===
              null &&
            relation.privileges.some((held) => held.role === role && held.relation.includes(command)),
        )
        if (holders.length === 0) return []
        return [
          {
            code: 'void-column-revoke',
            subject: relation,
            command,
            evidence: `${holders.join(', ')} still may ${command} ${columns.join(', ')}: the privilege on the whole table covers every column`,
            blame: [
              {
                statement: `revoke ${command} (${columns.join(', ')}) from ${revoke.roles.join(', ')}`,
                file: revoke.file,
                line: revoke.line,
              },
            ],
            declared: false,
          },
        ]
      },
    ),
  )
}
