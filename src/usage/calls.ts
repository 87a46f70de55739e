import type { UsableFunction, Use } from '../domain/usage.ts'
import { unserved } from './gap.ts'
import type { Gap } from './gap.ts'
import { qualified } from './lookup.ts'
import type { Lookup } from './lookup.ts'
import { suggest } from './names.ts'

type Call = Use & { kind: 'function' }

/** A call of a function that is not there, or of which no overload takes these arguments. */
export function wrongCall(call: Call, lookup: Lookup): readonly Gap[] {
  const { functions, served } = lookup.schema
  const named = lookup.functions(call)
  const callable = named.filter(({ trigger }) => !trigger)
  if (served && !served.includes(call.schema)) return [unserved(call, call.place, served)]
  if (callable.length === 0) {
    const names = functions
      .filter(({ schema, trigger }) => schema === call.schema && !trigger)
      .map(({ name }) => name)
    const near = suggest(call.name, names)
    const message =
      named.length > 0
        ? 'is a trigger function: rpc() cannot call it'
        : (near?.why ?? 'no function of this name')
    return [
      {
        kind: 'function',
        name: qualified(call),
        message,
        ...(near ? { nearest: near.name } : {}),
        place: call.place,
      },
    ]
  }
  const { given } = call
  if (given === null || callable.some((one) => takes(one, given))) return []
  return [argumentsGap(call, callable)]
}

/** PostgREST finds a function by the names of its arguments: all that are given, and all without a default. */
function takes(one: UsableFunction, { names, complete }: NonNullable<Call['given']>): boolean {
  if (one.open) return true
  const known = one.arguments.map(({ name }) => name)
  return (
    names.every((name) => known.includes(name)) &&
    (!complete || one.arguments.every(({ name, required }) => !required || names.includes(name)))
  )
}

function argumentsGap({ given, place, ...call }: Call, callable: readonly UsableFunction[]): Gap {
  const [only] = callable
  const names = given?.names ?? []
  const known = [...new Set(callable.flatMap((one) => one.arguments.map(({ name }) => name)))]
  const wrong = names.find((name) => !known.includes(name))
  const takesThese = known.length > 0 ? `it takes ${known.join(', ')}` : 'it takes no arguments'
  const near = wrong === undefined ? null : suggest(wrong, known)
  const lacks =
    callable.length === 1
      ? only?.arguments.find(({ name, required }) => required && !names.includes(name))
      : undefined
  const said =
    wrong !== undefined
      ? `no argument ${wrong}: ${takesThese}`
      : lacks
        ? `${lacks.name} is not given: ${takesThese}`
        : `no overload takes ${names.length > 0 ? names.join(', ') : 'no arguments'}: ${callable.map(({ signature }) => signature).join(', ')}`
  return {
    kind: 'arguments',
    name: qualified(call),
    message: said,
    ...(near ? { nearest: near.name } : {}),
    place,
  }
}
