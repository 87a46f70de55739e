import { describe, expect, test } from 'vitest'
import { Frames, ProtocolError } from '../database/frames.ts'
import {
  bindValues,
  commandComplete,
  mapNotice,
  message,
  notice,
  noticeFields,
  query,
  readyForQuery,
  rowValues,
} from './messages.ts'
import { Names } from './names.ts'
import { readOpening, startSettings } from './startup.ts'

describe('messages', () => {
  const sent = [
    query('select 1'),
    commandComplete('SELECT 1'),
    readyForQuery('I'),
    message('D', Buffer.alloc(100_000)),
  ]

  test.each([1, 3, 7, 1000, 200_000])('arrive whole in pieces of %i bytes', (size) => {
    const bytes = Buffer.concat(sent)
    const frames = new Frames()
    const received: Buffer[] = []
    for (let at = 0; at < bytes.length; at += size)
      received.push(...frames.push(bytes.subarray(at, at + size)))
    expect(received.map((frame) => frame.toString('hex'))).toEqual(sent.map((frame) => frame.toString('hex')))
  })

  test('of a length that cannot be are none', () => {
    expect(() => new Frames().push(Buffer.from('Q\0\0\0\u0003'))).toThrow(ProtocolError)
    expect(() => new Frames().push(Buffer.from('GET / HTTP/1.1'))).toThrow(ProtocolError)
  })

  test('of errors keep what is not changed', () => {
    const error = notice({ severity: 'ERROR', sqlstate: '42501', message: 'no “x”', hint: 'try x' })
    expect(Object.fromEntries(noticeFields(mapNotice(error, (text) => text.replaceAll('x', 'y'))))).toEqual({
      S: 'ERROR',
      V: 'ERROR',
      C: '42501',
      M: 'no “y”',
      H: 'try y',
    })
  })

  test('of rows and parameters are read, NULL included', () => {
    const values = Buffer.from('\0\u0003\0\0\0\u0001aÿÿÿÿ\0\0\0\0', 'latin1')
    expect(rowValues(message('D', values))).toEqual(['a', null, ''])
    const formats = Buffer.from([0, 1, 0, 1])
    expect(bindValues(message('B', '', '', formats, values), 7)).toEqual(['a', null, ''])
  })
})

describe('names of prepared statements and portals', () => {
  const parse = (name: string): Buffer => message('P', name, 'select 1', Buffer.alloc(2))

  test('of two clients are two', () => {
    expect(new Names(1).rename(parse('a'))).not.toEqual(new Names(2).rename(parse('a')))
  })

  test('stay the same for a client, the unnamed one and the longest included', () => {
    const names = new Names(1)
    for (const name of ['', 'a', 'x'.repeat(63), `${'x'.repeat(63)}y`])
      expect(names.rename(parse(name))).toEqual(names.rename(parse(name)))
    expect(new Set(names.all('statement')).size).toBe(4)
    expect(names.all('statement').every((name) => name.length < 63)).toBe(true)
  })

  test('come back in errors as the client knows them', () => {
    const names = new Names(1)
    for (let n = 1; n <= 12; n += 1) names.of('statement', `mine ${n}`)
    const error = notice({
      severity: 'ERROR',
      sqlstate: '26000',
      message: `no "${names.of('statement', 'mine 12')}"`,
    })
    expect(noticeFields(names.restore(error)).get('M')).toBe('no "mine 12"')
  })
})

describe('the start', () => {
  const start = (...fields: readonly string[]): Buffer =>
    message(' ', Buffer.from([0, 3, 0, 0]), ...fields, Buffer.alloc(1)).subarray(1)

  test('is read when it is whole', () => {
    const bytes = start('user', 'alice', 'database', 'app')
    for (let end = 0; end < bytes.length; end += 1)
      expect(readOpening(bytes.subarray(0, end))).toBeUndefined()
    const read = readOpening(Buffer.concat([bytes, Buffer.from('more')]))
    expect(read?.opening).toEqual({
      kind: 'start',
      minor: 0,
      parameters: new Map([
        ['user', 'alice'],
        ['database', 'app'],
      ]),
    })
    expect(read?.rest.toString()).toBe('more')
  })

  test('has settings, by themselves and as options', () => {
    const parameters = new Map([
      ['user', 'alice'],
      ['TimeZone', 'UTC'],
      ['_pq_.x', 'y'],
      ['options', String.raw`-c search_path=a,b  --work-mem=4MB -cjit=off -c app.name=two\ words\\`],
    ])
    expect(Object.fromEntries(startSettings(parameters))).toEqual({
      timezone: 'UTC',
      search_path: 'a,b',
      work_mem: '4MB',
      jit: 'off',
      'app.name': 'two words\\',
    })
  })

  test.each(['-x', '-c', '--', '-c =1'])('has no options such as %s', (options) => {
    expect(() => startSettings(new Map([['options', options]]))).toThrow(ProtocolError)
  })

  test.each([
    ['too short a packet', Buffer.from([0, 0, 0, 4, 0, 3, 0, 0])],
    ['a web browser', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['version 2', Buffer.from([0, 0, 0, 8, 0, 2, 0, 0])],
    ['half a cancel request', Buffer.from([0, 0, 0, 8, 4, 210, 22, 46])],
  ])('is not that of %s', (_, bytes) => {
    expect(() => readOpening(bytes)).toThrow(ProtocolError)
  })
})
