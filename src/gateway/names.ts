import { closePortal, closeStatement, codeOf, mapNotice, message, textAt } from './messages.ts'

export type NameKind = 'statement' | 'portal'

/**
 * Names of prepared statements and portals: several clients, and the test, share one session of the server. A client's
 * unnamed ones get a name as well, for what others do in between would take their place.
 */
export class Names {
  readonly #prefix: string
  readonly #made: Readonly<Record<NameKind, Map<string, string>>> = {
    statement: new Map(),
    portal: new Map(),
  }
  #count = 0

  constructor(client: number) {
    this.#prefix = `rls_gateway_${client}_`
  }

  /** The name on the server; made up on first use. */
  of(kind: NameKind, name: string): string {
    const known = this.#made[kind].get(name)
    if (known !== undefined) return known
    this.#count += 1
    const made = this.#prefix + kind.charAt(0) + String(this.#count)
    this.#made[kind].set(name, made)
    return made
  }

  all(kind: NameKind): readonly string[] {
    return [...this.#made[kind].values()]
  }

  forget(kind: NameKind, name?: string): void {
    if (name === undefined) this.#made[kind].clear()
    else this.#made[kind].delete(name)
  }

  /** Parse, Bind, Describe, Execute or Close with the names that the server knows. */
  rename(bytes: Buffer): Buffer {
    switch (codeOf(bytes)) {
      case 'P':
        return this.#first(bytes, 'statement')
      case 'E':
        return this.#first(bytes, 'portal')
      case 'B': {
        const portal = textAt(bytes, 5)
        const statement = textAt(bytes, portal.end)
        const rest = bytes.subarray(statement.end)
        return message('B', this.of('portal', portal.text), this.of('statement', statement.text), rest)
      }
      case 'D':
      case 'C': {
        const { kind, name } = targetOf(bytes)
        return message(codeOf(bytes), bytes.subarray(5, 6), this.of(kind, name))
      }
      default:
        return bytes
    }
  }

  #first(bytes: Buffer, kind: NameKind): Buffer {
    const { text, end } = textAt(bytes, 5)
    return message(codeOf(bytes), this.of(kind, text), bytes.subarray(end))
  }

  /** An error in the client's own names. */
  restore(bytes: Buffer): Buffer {
    if (!bytes.includes(this.#prefix)) return bytes
    // longer names first: one may begin with another
    const made = [...this.#made.statement, ...this.#made.portal].sort(([, a], [, b]) => b.length - a.length)
    return mapNotice(bytes, (text) => made.reduce((said, [name, own]) => said.replaceAll(own, name), text))
  }

  /** Close messages for whatever there is, on the server; nothing happens where it is gone already. */
  closeAll(kind: NameKind, others: readonly string[] = []): readonly Buffer[] {
    return [...this.all(kind), ...others].map(kind === 'statement' ? closeStatement : closePortal)
  }
}

/** What a Describe or Close is about. */
export function targetOf(bytes: Buffer): { readonly kind: NameKind; readonly name: string } {
  return { kind: bytes[5] === 0x53 ? 'statement' : 'portal', name: textAt(bytes, 6).text }
}
