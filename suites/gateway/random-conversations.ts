import { COUNT, INSERT, REFUSED, type Turn } from './conversations.ts'
import { bind, closeOf, execute, flush, parse, q, run, sync } from './raw-client.ts'

const STATEMENTS = [
  'begin',
  'begin',
  'commit',
  'commit',
  'rollback',
  'end and chain',
  'rollback and chain',
  'savepoint a',
  'savepoint b',
  'release a',
  'release b',
  'rollback to a',
  'rollback to b',
  INSERT,
  INSERT,
  INSERT,
  REFUSED,
  COUNT,
  'selec 1',
  '',
  "set timezone = 'Asia/Tokyo'",
  'set local extra_float_digits = 0',
  'show extra_float_digits',
  'reset timezone',
  'show timezone',
  "select set_config('app.tenant', 'acme', false)",
  "select set_config('app.visitor', 'globex', true)",
  "select coalesce(current_setting('app.tenant', true), '')",
  'declare c cursor for select body from notes',
  'fetch 1 from c',
  'close c',
  'set transaction read only',
  'begin read only',
]

/** Numbers between 0 and 1, the same for the same seed (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** What nobody would say, in an order that nobody thought of. */
export function randomConversation(seed: number): readonly Turn[] {
  const next = numbers(seed)
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(next() * items.length)] as Item
  const statement = (): string => pick(STATEMENTS)
  const several = <Item>(make: () => Item): readonly Item[] =>
    Array.from({ length: 1 + Math.floor(next() * 4) }, make)
  const named = (): readonly Buffer[] =>
    pick([
      () => [parse(statement(), pick(['', 'one', 'two']))],
      () => [bind(pick(['', 'one', 'two']), pick(['', 'p']))],
      () => [execute('p')],
      () => [closeOf('S', pick(['one', 'two']))],
      () => [flush],
      () => run(statement()),
    ])()
  const turn = (): Turn =>
    pick<() => Turn>([
      () => [q(statement())],
      () => [q(statement())],
      () => [q(several(statement).join(';'))],
      () => [...several(() => run(statement())).flat(), sync],
      () => [...several(named).flat(), sync],
    ])()
  return [...Array.from({ length: 14 }, turn), [q('rollback')], [q(COUNT)], [q('show timezone')]]
}
