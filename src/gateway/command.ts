import { child, children, constantOf, nameParts, walk, type Node } from '../sql/parse.ts'

/** A value that stands in a statement, comes as the nth parameter (from 1), or is computed by the server. */
export type Given =
  | { readonly kind: 'constant'; readonly text: string }
  | { readonly kind: 'parameter'; readonly number: number }
  | { readonly kind: 'computed' }

/** A setting that a statement sets: for the session, or until the transaction ends. */
export interface Assignment {
  readonly name: Given
  readonly value: Given
  readonly session: boolean
}

/** What is refused, as the server would refuse it, or because the gateway cannot do it. */
export interface Refusal {
  readonly sqlstate: string
  readonly message: string
  readonly hint?: string
}

/** What a statement asks for, as far as it is not left to the server. */
export type Command =
  | { readonly kind: 'begin'; readonly word: 'BEGIN' | 'START TRANSACTION'; readonly modes: Modes }
  | { readonly kind: 'commit'; readonly chain: boolean }
  | { readonly kind: 'rollback'; readonly chain: boolean }
  | { readonly kind: 'savepoint'; readonly name: string }
  | { readonly kind: 'release'; readonly name: string }
  | { readonly kind: 'rollback to'; readonly name: string }
  | { readonly kind: 'set transaction'; readonly modes: Modes }
  | { readonly kind: 'reset role' }
  | { readonly kind: 'reset all' }
  | { readonly kind: 'discard all' }
  /** null: all of them */
  | { readonly kind: 'deallocate'; readonly name: string | null }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | Plain

export interface Plain {
  readonly kind: 'plain'
  readonly assignments: readonly Assignment[]
  /** COPY: the server may read what comes next as data */
  readonly copies: boolean
  /** what PostgreSQL allows in transaction blocks alone, as its error names it */
  readonly blockOnly?: string
  /** what does nothing outside of transaction blocks, as PostgreSQL's warning names it */
  readonly vainOutside?: string
  /** the cursor that it declares, which ends with the transaction */
  readonly cursor?: string
  /** the prepared statement that it makes */
  readonly prepares?: string
}

/** What BEGIN and SET TRANSACTION ask for; isolation levels are nobody's to choose here. */
export interface Modes {
  readonly readOnly?: boolean
}

export const PLAIN: Plain = { kind: 'plain', assignments: [], copies: false }

/** CURSOR_OPT_HOLD (src/include/nodes/parsenodes.h) */
const WITH_HOLD = 0x20

export function commandOf(node: Node): Command {
  switch (node.kind) {
    case 'TransactionStmt':
      return transactionCommand(node)
    case 'VariableSetStmt':
      return settingCommand(node)
    case 'DiscardStmt':
      return discardCommand(node)
    case 'DeallocateStmt':
      return { kind: 'deallocate', name: node.fields['isall'] === true ? null : textField(node, 'name') }
    case 'DeclareCursorStmt':
      return cursorCommand(node)
    case 'LockStmt':
      return { ...plainCommand(node), blockOnly: 'LOCK TABLE' }
    case 'PrepareStmt':
      return { ...plainCommand(node), prepares: textField(node, 'name') }
    case 'DoStmt':
      return leavesSession(bodyOf(node)) ? refuse(NO_SESSION_SWITCH) : plainCommand(node)
    case 'CopyStmt':
      return { ...plainCommand(node), copies: true }
    default:
      return plainCommand(node)
  }
}

const NO_SESSION_SWITCH: Refusal = {
  sqlstate: '42501',
  message: 'permission denied to set session authorization',
  hint: 'A client of the gateway is one actor. Open a gateway for the other one.',
}

function refuse(refusal: Refusal): Command {
  return { kind: 'refused', refusal }
}

function textField(node: Node, field: string): string {
  const value = node.fields[field]
  return typeof value === 'string' ? value : ''
}

function transactionCommand(node: Node): Command {
  const kind = textField(node, 'kind').replace('TRANS_STMT_', '')
  const chain = node.fields['chain'] === true
  const name = textField(node, 'savepoint_name')
  switch (kind) {
    case 'BEGIN':
      return { kind: 'begin', word: 'BEGIN', modes: modesOf(children(node, 'options')) }
    case 'START':
      return { kind: 'begin', word: 'START TRANSACTION', modes: modesOf(children(node, 'options')) }
    case 'COMMIT':
      return { kind: 'commit', chain }
    case 'ROLLBACK':
      return { kind: 'rollback', chain }
    case 'SAVEPOINT':
      return { kind: 'savepoint', name }
    case 'RELEASE':
      return { kind: 'release', name }
    case 'ROLLBACK_TO':
      return { kind: 'rollback to', name }
    default:
      return refuse({
        sqlstate: '55000',
        message: 'prepared transactions are disabled',
        hint: 'What runs inside of a test’s transaction cannot be prepared to be committed later.',
      })
  }
}

function modesOf(options: readonly Node[]): Modes {
  for (const option of options)
    if (option.fields['defname'] === 'transaction_read_only')
      return { readOnly: constantOf(child(option, 'arg')) === 1 }
  return {}
}

function settingCommand(node: Node): Command {
  const name = textField(node, 'name').toLowerCase()
  const kind = textField(node, 'kind')
  if (kind === 'VAR_RESET_ALL') return { kind: 'reset all' }
  if (kind === 'VAR_SET_MULTI') return multiCommand(node, name)
  const back = kind === 'VAR_RESET' || kind === 'VAR_SET_DEFAULT'
  if (name === 'role' && back) return { kind: 'reset role' }
  const value: Given = back ? { kind: 'computed' } : given(children(node, 'args')[0])
  const session = node.fields['is_local'] !== true
  const assignments = [{ name: { kind: 'constant', text: name }, value, session }] as const
  const vain = session ? {} : { vainOutside: 'SET LOCAL' }
  return refusedAssignment(name, value) ?? { ...PLAIN, assignments, ...vain }
}

function multiCommand(node: Node, name: string): Command {
  const modes = modesOf(children(node, 'args'))
  if (name === 'transaction') return { kind: 'set transaction', modes }
  if (name !== 'session characteristics')
    return refuse({ sqlstate: '0A000', message: `SET ${name.toUpperCase()} is not supported by the gateway` })
  return {
    ...PLAIN,
    assignments: [
      {
        name: { kind: 'constant', text: 'default_transaction_read_only' },
        value: { kind: 'computed' },
        session: true,
      },
    ],
  }
}

/** Settings that decide who asks, or how the server reads what is sent. */
export function refusedAssignment(name: string, value: Given): Command | undefined {
  const text = value.kind === 'constant' ? value.text.toLowerCase() : undefined
  switch (name.toLowerCase()) {
    case 'session_authorization':
      return refuse(NO_SESSION_SWITCH)
    case 'client_encoding':
      return text === undefined || /^(utf-?8|unicode)$/.test(text)
        ? undefined
        : refuse({ sqlstate: '0A000', message: `the gateway speaks UTF8 alone, not "${text}"` })
    case 'standard_conforming_strings':
      return text === undefined || /^(on|true|yes|1)$/.test(text)
        ? undefined
        : refuse({ sqlstate: '0A000', message: 'the gateway reads standard conforming strings alone' })
    default:
      return undefined
  }
}

function discardCommand(node: Node): Command {
  const target = textField(node, 'target')
  return target === 'DISCARD_ALL' ? { kind: 'discard all' } : PLAIN
}

function cursorCommand(node: Node): Command {
  const options = node.fields['options']
  const held = typeof options === 'number' && (options & WITH_HOLD) !== 0
  const plain = plainCommand(node)
  return held ? plain : { ...plain, cursor: textField(node, 'portalname'), blockOnly: 'DECLARE CURSOR' }
}

function plainCommand(node: Node): Plain {
  const assignments = [...walk(node)].flatMap((call) => setConfig(call) ?? [])
  return assignments.length === 0 ? PLAIN : { ...PLAIN, assignments }
}

/** set_config(name, value, is_local) */
function setConfig(node: Node): Assignment | undefined {
  if (node.kind !== 'FuncCall' || nameParts(node, 'funcname').at(-1) !== 'set_config') return undefined
  const [name, value, local] = children(node, 'args')
  return { name: given(name), value: given(value), session: constantOf(local) !== true }
}

function given(node: Node | undefined): Given {
  if (node?.kind === 'TypeCast') return given(child(node, 'arg'))
  if (node?.kind === 'ParamRef') return { kind: 'parameter', number: Number(node.fields['number'] ?? 0) }
  const constant = constantOf(node)
  if (constant === undefined || constant === null) return { kind: 'computed' }
  return { kind: 'constant', text: String(constant) }
}

function bodyOf(node: Node): string {
  const bodies = children(node, 'args').map((option) => textField(child(option, 'arg') ?? option, 'sval'))
  return bodies.join('\n')
}

/** A DO block that says it would; what a block puts together at run time is noticed when it has happened. */
function leavesSession(body: string): boolean {
  return /\bsession[\s_]+authorization\b/i.test(body)
}
