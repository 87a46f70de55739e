import type * as t from '@babel/types'

/** An expression and where it stands: what its names mean. */
export interface Located {
  readonly node: t.Node
  readonly scope: Scope
}

/** What a name stands for. */
export type Binding =
  | {
      readonly kind: 'variable'
      /** what it is declared with; null: nothing */
      readonly init: Located | null
      /** the way from `init` to it, where it is taken apart: `const { a: { b } } = init` */
      readonly path: readonly string[]
      readonly assigned: Located[]
      readonly type: t.Node | null
      /** one after the other of what `init` holds */
      readonly loop: boolean
    }
  | { readonly kind: 'parameter'; readonly type: t.Node | null; readonly path: readonly string[] }
  | { readonly kind: 'import'; readonly source: string; readonly name: string }
  | { readonly kind: 'function'; readonly value: Located }
  | { readonly kind: 'enum'; readonly members: readonly t.TSEnumMember[] }
  | { readonly kind: 'class' }

/** What `this.name` stands for in a class: values it is given, and its type. */
export interface Field {
  readonly values: Located[]
  type: t.Node | null
}

/** What an exported name stands for. */
export type Export =
  | { readonly kind: 'local'; readonly name: string }
  | { readonly kind: 'value'; readonly value: Located }
  | { readonly kind: 'from'; readonly source: string; readonly name: string }

/** What the names of one file mean. */
export interface Module {
  readonly path: string
  readonly exports: Map<string, Export>
  /** sources of `export * from` */
  readonly stars: string[]
  /** the names inside of each function */
  readonly scopes: WeakMap<t.Node, Scope>
}

/** The names of one block, function, class or file. */
export class Scope {
  readonly module: Module
  readonly parent: Scope | null
  readonly #bindings = new Map<string, Binding>()
  /** of the class whose body this is */
  readonly fields: Map<string, Field> | null

  constructor(module: Module, parent: Scope | null, fields: Map<string, Field> | null = null) {
    this.module = module
    this.parent = parent
    this.fields = fields
  }

  declare(name: string, binding: Binding): void {
    const known = this.#bindings.get(name)
    // an overload, or `var` once more
    if (known?.kind === 'variable' && binding.kind === 'variable' && binding.init)
      known.assigned.push(binding.init)
    else if (!known) this.#bindings.set(name, binding)
  }

  lookup(name: string): Binding | undefined {
    return this.#bindings.get(name) ?? this.parent?.lookup(name)
  }

  /** The fields of the class that `this` is an object of. */
  get self(): Map<string, Field> | null {
    return this.fields ?? this.parent?.self ?? null
  }
}
