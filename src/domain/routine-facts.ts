/** A column that an argument of a function is compared with, or written to. */
export interface Binding {
  readonly relation: number
  readonly column: string
  /** the key by which the value is taken from a JSON argument; keys into inner objects are joined by dots */
  readonly key?: string
  /** it is written there, not compared: any value will do */
  readonly written?: boolean
}

/** A JSON argument, or the part of one that a path of keys leads to, that is an array. */
export interface JsonArray {
  readonly position: number
  /** keys joined by dots; empty for the argument itself */
  readonly path: string
  readonly of: 'objects' | 'texts'
}

/** What the body of a function says about its arguments and about what it does. */
export interface RoutineFacts {
  readonly routine: number
  /** relations that the body names, also through the functions that it calls */
  readonly relations: readonly number[]
  /** by position of the argument */
  readonly bindings: ReadonlyMap<number, readonly Binding[]>
  /** constants that an argument is compared with, by position */
  readonly literals: ReadonlyMap<number, readonly string[]>
  /** JSON arguments, or parts of them, that it takes apart as arrays */
  readonly jsonArrays: readonly JsonArray[]
  /** it runs with other rights than the caller's, or may: definer rights, a call of such a function, a body that cannot be read */
  readonly elevated: boolean
  /** what it does may depend on who asks: it, or what it calls, looks at the session */
  readonly asksWho: boolean
  /** it says that it writes, or runs statements that cannot be read */
  readonly writes: boolean
  /** it runs statements that it puts together: names of relations may be arguments */
  readonly dynamic: boolean
  /** the name of something called whose doing no rollback takes back; null where there is none */
  readonly reachesOut: string | null
}
