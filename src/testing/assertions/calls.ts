import { nearest } from '../../config/nearest.ts'
import type { Argument, Catalog, Routine } from '../../domain/catalog.ts'
import type { Outcome } from '../../domain/probe.ts'
import { HarnessError } from '../../errors.ts'
import { quoteLiteral, quoteName, quoteQualified } from '../../sql/quote.ts'
import { literalOf } from '../inline.ts'
import { outcomeText } from '../judgement.ts'
import type { Evidence, Judgement } from '../judgement.ts'
import { TestActor, TestTenant } from '../people.ts'
import { byControl, judgeDenial } from './denials.ts'
import type { DenialOptions } from './denials.ts'
import { cannotTell } from './trial.ts'

/** By position or by name. */
export type CallArguments = readonly unknown[] | Readonly<Record<string, unknown>>

/** The function of that name, or with that signature. @throws HarnessError */
export function routineNamed(catalog: Catalog, name: string, given: CallArguments): Routine {
  const { routines } = catalog
  const full = name.includes('.') ? name : `public.${name}`
  const named = routines.filter((one) => one.signature === full || `${one.schema}.${one.name}` === full)
  const count = Array.isArray(given) ? given.length : Object.keys(given).length
  const fitting = named.length > 1 ? named.filter((one) => one.arguments.length === count) : named
  const [only, another] = fitting
  if (only && !another) return only
  if (named.length > 1)
    throw new HarnessError('USAGE', `there are several functions ${full}`, {
      hint: `Write one of ${named.map(({ signature }) => signature).join(', ')}.`,
    })
  const guess = nearest(
    full,
    routines.map((one) => `${one.schema}.${one.name}`),
  )
  throw new HarnessError('USAGE', `there is no function "${full}" in the database that the migrations make`, {
    hint: guess === undefined ? 'Write schema.name.' : `Did you mean "${guess}"?`,
  })
}

/** The call as PostgREST makes it: `select * from`, arguments by name where they have one. */
export function callSql(routine: Routine, given: CallArguments): string {
  const list = Array.isArray(given)
    ? given.map((value, index) => constant(routine.arguments[index], value))
    : Object.entries(given).map(([name, value]) => {
        const argument = routine.arguments.find((one) => one.name === name)
        if (!argument) throw unknownArgument(routine, name)
        return `${quoteName(name)} => ${constant(argument, value)}`
      })
  const call = `${quoteQualified(routine.schema, routine.name)}(${list.join(', ')})`
  return routine.kind === 'procedure' ? `call ${call}` : `select * from ${call}`
}

function constant(argument: Argument | undefined, value: unknown): string {
  const plain = value instanceof TestActor || value instanceof TestTenant ? value.id : value
  const isJson = argument !== undefined && !argument.array && /^jsonb?$/.test(argument.baseType)
  const literal = isJson && plain !== null ? quoteLiteral(JSON.stringify(plain)) : literalOf(plain)
  return argument === undefined || argument.pseudo ? literal : `${literal}::${argument.type}`
}

function unknownArgument(routine: Routine, name: string): HarnessError {
  const names = routine.arguments.flatMap((one) => one.name ?? [])
  return new HarnessError('USAGE', `"${name}" is not an argument of ${routine.signature}`, {
    hint: names.length === 0 ? 'It takes none by name.' : `Its arguments are ${names.join(', ')}.`,
  })
}

async function tryCall(actor: TestActor, name: string, given: CallArguments): Promise<Evidence> {
  const { test, session } = actor
  const routine = routineNamed(test.knowledge.catalog, name, given)
  const { statement, values, outcome, error, reproduction } = await test.attempt(
    session,
    callSql(routine, given),
  )
  return {
    session: test,
    actor: session,
    statement,
    values,
    outcome,
    ...(error ? { error } : {}),
    reproduction,
  }
}

/** A call that went through has run, whether or not it returns rows. */
const ran = (outcome: Outcome): Outcome =>
  outcome.kind === 'returned' ? { kind: 'returned', rows: Math.max(1, outcome.rows) } : outcome

/** Whether the actor may call the function: it runs, or is refused for want of a privilege, by a policy, or by code. */
export async function executing(
  actor: TestActor,
  name: string,
  given: CallArguments = [],
  { by, control }: DenialOptions = {},
): Promise<Judgement> {
  const expectation = `to execute ${name}`
  const evidence = await tryCall(actor, name, given)
  const broken = cannotTell(evidence, expectation)
  if (broken) return broken
  const { outcome } = evidence
  if (outcome.kind === 'returned' || outcome.kind === 'affected')
    return { holds: true, expectation, observed: 'it ran', evidence }
  const refusal = judgeDenial(evidence, expectation, by)
  const judged =
    refusal.holds === null && control
      ? byControl(refusal, evidence, ran((await tryCall(control, name, given)).outcome), control.name)
      : refusal
  return {
    ...judged,
    holds: judged.holds === true ? false : null,
    observed: `it was ${outcomeText(evidence)}`,
  }
}
