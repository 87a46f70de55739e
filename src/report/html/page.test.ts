import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { parseUserConfig } from '../../config/parse.ts'
import { finding } from '../sample-report.ts'
import { NO_FILTERS, readAddress, writeAddress } from './page/address.js'
import { findingText, isOfKind, wordsIn } from './page/filter.js'
import { ignoreEntry, quoted } from './page/snippet.js'
import { harmless, visibleParts } from './page/visible.js'
import type { View } from './view.ts'

const VIEWS: readonly (readonly [string, View])[] = [
  ['#matrix', { tab: 'matrix', filters: NO_FILTERS }],
  ['#finding-a1f3c09e', { tab: 'findings', open: { kind: 'finding', id: 'a1f3c09e' }, filters: NO_FILTERS }],
  [
    '#cell-public.chats/select/foreign',
    {
      tab: 'matrix',
      open: { kind: 'cell', relation: 'public.chats', command: 'select', standing: 'foreign' },
      filters: NO_FILTERS,
    },
  ],
  [
    '#cell-storage.objects/delete/own/avatars%2Fsmall?tab=untested',
    {
      tab: 'untested',
      open: {
        kind: 'cell',
        relation: 'storage.objects',
        command: 'delete',
        standing: 'own',
        scope: 'avatars/small',
      },
      filters: NO_FILTERS,
    },
  ],
  [
    '#relation-public.a%3F%23b%2F%20%25c',
    { tab: 'relations', open: { kind: 'relation', relation: 'public.a?#b/ %c' }, filters: NO_FILTERS },
  ],
  [
    '#function-public.f(text%2C%20uuid)',
    { tab: 'functions', open: { kind: 'function', name: 'public.f(text, uuid)' }, filters: NO_FILTERS },
  ],
  [
    '#findings?schema=api&code=read-leak&severity=error%2Cnote&q=chat+%26+more&changed=1',
    {
      tab: 'findings',
      filters: {
        schema: 'api',
        code: 'read-leak',
        severities: ['error', 'note'],
        text: 'chat & more',
        changed: true,
      },
    },
  ],
]

describe('an address', () => {
  test.each(VIEWS)('%s is read and written back', (address, view) => {
    expect(readAddress(address, 'run')).toEqual(view)
    expect(writeAddress(view)).toBe(address)
  })

  test.each([
    '',
    '#',
    '#nothing',
    '#cell-',
    '#cell-public.chats/drop/foreign',
    '#finding-%E0%A4%A',
    '#finding-',
  ])('that cannot be, such as "%s", is the usual tab', (address) => {
    expect(readAddress(address, 'matrix')).toEqual({ tab: 'matrix', filters: NO_FILTERS })
  })
})

describe('what cannot be seen', () => {
  test('is written out', () => {
    expect(harmless('a\u202Eb\u0007\n\u200B')).toBe(String.raw`a\u{202e}b\x07\n\u{200b}`)
  })

  test('keeps line ends where lines are shown, and is marked', () => {
    expect(visibleParts('a\n\tb\u202Ec', 'lines')).toEqual([
      { text: 'a\n\tb', escape: false },
      { text: String.raw`\u{202e}`, escape: true },
      { text: 'c', escape: false },
    ])
  })
})

describe('the entry that accepts a finding', () => {
  const entryOf = (text: string): unknown =>
    JSON.parse(runInNewContext(`JSON.stringify([${text}][0])`) as string)

  test('is JavaScript that names the finding, whatever its relation is called', () => {
    const relation = "public.it's \\ \u2028 \u202E \n ${1} `x` </script>"
    const entry = ignoreEntry(finding({ relation, actor: 'team' }))
    expect(entryOf(entry)).toEqual({
      code: 'read-leak',
      relation,
      command: 'select',
      actor: 'team',
      reason: '',
    })
    expect(entry).not.toMatch(/[\u2028\u202E]/)
  })

  test('is refused until somebody says why, and accepted then', () => {
    const text = ignoreEntry(finding())
    const parse = (entry: unknown): unknown => parseUserConfig({ ignore: [entry] })
    expect(() => parse(entryOf(text))).toThrow('10 characters')
    const reasoned = text.replace("reason: ''", `reason: ${quoted('known since 2024')}`)
    expect(() => parse(entryOf(reasoned))).not.toThrow()
  })
})

describe('a filter', () => {
  test('finds all of its words, in any case and order', () => {
    const text = findingText(finding())
    expect(wordsIn('CHATS read-leak 0007_share')(text)).toBe(true)
    expect(wordsIn('chats messages')(text)).toBe(false)
    expect(wordsIn('  ')(text)).toBe(true)
  })

  test('of a severity or code leaves out what has another', () => {
    const kinds = [
      { code: 'escalation' },
      { severities: ['note'] },
      { severities: ['note', 'error'] },
    ] as const
    expect(kinds.map((kind) => isOfKind(finding(), { ...NO_FILTERS, ...kind }))).toEqual([false, false, true])
  })
})
