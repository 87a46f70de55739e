import {
  refusedAssignment,
  type Assignment,
  type Command,
  type Given,
  type Plain,
  type Refusal,
} from './command.ts'
import type { Identity } from './identity.ts'

/** Why a command is refused to this actor; undefined where it is not. */
export function refusalOf(command: Command, { role }: Pick<Identity, 'role'>): Refusal | undefined {
  if (command.kind === 'refused') return command.refusal
  if (command.kind !== 'plain') return undefined
  for (const { name, value } of command.assignments) {
    if (name.kind !== 'constant') continue
    const refused = refusedAssignment(name.text, value)
    if (refused?.kind === 'refused') return refused.refusal
    if (name.text.toLowerCase() === 'role' && value.kind === 'constant' && !isOwnRole(value.text, role))
      return {
        sqlstate: '42501',
        message: `permission denied to set role "${value.text}"`,
        hint: `A client of the gateway is one actor, of role ${role}. Open a gateway for the other one.`,
      }
  }
  return undefined
}

function isOwnRole(text: string, role: string): boolean {
  return text === role || text.toLowerCase() === 'none'
}

/** The command with the values that are bound to its parameters. */
export function bindCommand(command: Plain, values: readonly (string | null)[]): Plain {
  if (command.assignments.length === 0) return command
  return { ...command, assignments: command.assignments.map((assignment) => bound(assignment, values)) }
}

function bound(assignment: Assignment, values: readonly (string | null)[]): Assignment {
  return { ...assignment, name: valueOf(assignment.name, values), value: valueOf(assignment.value, values) }
}

function valueOf(given: Given, values: readonly (string | null)[]): Given {
  if (given.kind !== 'parameter') return given
  const text = values[given.number - 1]
  return typeof text === 'string' ? { kind: 'constant', text } : { kind: 'computed' }
}
