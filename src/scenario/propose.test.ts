import { beforeAll, expect, test } from 'vitest'
import { sampleRelation } from '../domain/sample-relation.ts'
import { makeAtom, readCondition } from '../policy/read.ts'
import { minTerms } from '../policy/terms.ts'
import type { Literal } from '../policy/terms.ts'
import type { Atom, Search } from '../policy/tree.ts'
import { loadParser, parseExpression } from '../sql/parse.ts'
import { proposalsFor } from './propose.ts'
import type { Proposal } from './propose.ts'

beforeAll(loadParser)

const members = sampleRelation('members', ['post_id', 'user_id', 'role', 'status'])

const atom = (text: string, rest: Partial<Atom> = {}): Atom => {
  const node = parseExpression(text)
  if (!node) throw new Error(`does not parse: ${text}`)
  return { ...makeAtom(node), ...rest }
}

const searchFor = (text: string): Search => {
  const condition = readCondition(text)
  if (!condition) throw new Error(`does not parse: ${text}`)
  return { instances: [{ alias: 's1', relation: members }], condition, definer: false }
}

const wanted = (one: Atom): Literal => ({ atom: one, wanted: true })

const told = ({ wishes }: Proposal): readonly string[] =>
  wishes.map(({ atom: { text }, wanted: holds, element }) =>
    [holds ? '' : 'not ', text, element === undefined ? '' : ` (${element})`].join(''),
  )

const called = (proposals: readonly Proposal[], label: string): readonly string[] | undefined => {
  const found = proposals.find((one) => one.label === label)
  return found && told(found)
}

const exists = (inner: string): Atom => atom('exists (select 1 from members)', { search: searchFor(inner) })

test('a way is proposed as it stands, with the rows that it looks for', () => {
  const [admit] = proposalsFor('p', [wanted(atom('r0.open')), wanted(exists('s1.user_id = auth.uid()'))])
  expect(admit && told(admit)).toEqual(['r0.open', 's1.user_id = auth.uid()'])
  expect(admit?.instances.map(({ alias }) => alias)).toEqual(['s1'])
  expect(admit?.misses).toBe(false)
})

test('each way of finding the related row is proposed, and each without one thing that is asked of it', () => {
  const proposals = proposalsFor('p', [
    wanted(exists("s1.user_id = auth.uid() and (s1.role = 'a' or s1.status = 'b')")),
  ])
  expect(called(proposals, 'p')).toEqual(['s1.user_id = auth.uid()', "s1.role = 'a'"])
  expect(called(proposals, 'p, way 2')).toEqual(['s1.user_id = auth.uid()', "s1.status = 'b'"])
  expect(called(proposals, "p, with not s1.role = 'a'")).toEqual([
    's1.user_id = auth.uid()',
    "not s1.role = 'a'",
  ])
  expect(called(proposals, 'p, with no such row')).toEqual([])
})

test('each element of a list is met once, inside of a search as well', () => {
  const proposals = proposalsFor('p', [wanted(exists("s1.role in ('a', 'b', 'c')"))])
  expect(proposals.filter(({ label }) => label.includes('element')).map(told)).toEqual([
    ["s1.role IN ('a', 'b', 'c') (1)"],
    ["s1.role IN ('a', 'b', 'c') (2)"],
  ])
})

test('a column of the row that is compared is left empty once', () => {
  const proposals = proposalsFor('p', [wanted(atom('r0.owner_id = auth.uid()'))])
  expect(called(proposals, 'p, with r0.owner_id IS NULL')).toEqual(['r0.owner_id IS NULL'])
  expect(proposals.find(({ label }) => label.includes('NULL'))?.misses).toBe(true)
})

test('what is opaque is left to the server, and what its body looks for is a hint', () => {
  const call = atom('f(r0.id)', { opaque: 'f: it loops', hints: [searchFor('s1.user_id = auth.uid()')] })
  const [admit] = proposalsFor('p', [wanted(call)])
  expect(admit?.opaque.map(({ atom: one }) => one.text)).toEqual(['f(r0.id)'])
  expect(admit && told(admit)).toEqual(['s1.user_id = auth.uid()'])
})

test('terms that minTerms() gives are what is proposed', () => {
  const tree = readCondition('r0.a or (r0.b and not r0.c)')
  const terms = tree ? minTerms(tree, true, 8).terms : []
  expect(terms.map((term) => proposalsFor('p', term)[0]).map((one) => one && told(one))).toEqual([
    ['r0.a'],
    ['r0.b', 'not r0.c'],
  ])
})
