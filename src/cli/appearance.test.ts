import { expect, test } from 'vitest'
import { coloursFor, isLive, isUnicode } from './appearance.ts'

const terminal = { isTTY: true, write: () => true }
const pipe = { write: () => true }

const unix = (environment: Record<string, string>): boolean => isUnicode({ environment, platform: 'linux' })

test('colours go to terminals only, unless forced', () => {
  expect(coloursFor(terminal, undefined, {})).toBe(true)
  expect(coloursFor(pipe, undefined, {})).toBe(false)
  expect(coloursFor(pipe, undefined, { FORCE_COLOR: '1' })).toBe(true)
  expect(coloursFor(pipe, undefined, { FORCE_COLOR: '' })).toBe(true)
  expect(coloursFor(terminal, undefined, { FORCE_COLOR: '0' })).toBe(false)
  expect(coloursFor(terminal, undefined, { TERM: 'dumb' })).toBe(false)
})

test('NO_COLOR counts when it is not empty, and a flag is stronger than the environment', () => {
  expect(coloursFor(terminal, undefined, { NO_COLOR: '1', FORCE_COLOR: '1' })).toBe(false)
  expect(coloursFor(terminal, undefined, { NO_COLOR: '' })).toBe(true)
  expect(coloursFor(pipe, true, { NO_COLOR: '1' })).toBe(true)
  expect(coloursFor(terminal, false, { FORCE_COLOR: '1' })).toBe(false)
})

test('a line is redrawn on a terminal outside of CI', () => {
  expect(isLive(terminal, {})).toBe(true)
  expect(isLive(terminal, { CI: 'true' })).toBe(false)
  expect(isLive(terminal, { CI: 'false' })).toBe(true)
  expect(isLive(pipe, {})).toBe(false)
})

test('the locale decides about Unicode', () => {
  expect(unix({ LANG: 'en_US.UTF-8' })).toBe(true)
  expect(unix({ LANG: 'C.utf8' })).toBe(true)
  expect(unix({ LANG: 'en_US.UTF-8', LC_ALL: 'C' })).toBe(false)
  expect(unix({})).toBe(false)
  expect(isUnicode({ environment: { WT_SESSION: 'x' }, platform: 'win32' })).toBe(true)
  expect(isUnicode({ environment: {}, platform: 'win32' })).toBe(false)
})
