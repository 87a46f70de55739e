/** @import { Cell } from '../../../domain/report.ts' */
/** @import { Command, Severity, Standing } from '../../../domain/vocabulary.ts' */

/** @type {readonly Command[]} */
export const COMMANDS = ['select', 'insert', 'update', 'delete']

/** @type {readonly Standing[]} */
export const STANDINGS = ['anon', 'foreign', 'team', 'own']

/** @type {readonly Severity[]} */
export const SEVERITIES = ['error', 'warning', 'note']

/** @type {Readonly<Record<Cell, { readonly glyph: string, readonly label: string, readonly meaning: string }>>} */
export const CELLS = {
  leak: { glyph: '✗', label: 'leak', meaning: 'got through, and may not' },
  blocked: { glyph: '!', label: 'blocked', meaning: 'did not get through, and should' },
  untested: { glyph: '?', label: 'untested', meaning: 'nothing is proven' },
  open: { glyph: '✓', label: 'open', meaning: 'got through, and may' },
  closed: { glyph: '·', label: 'closed', meaning: 'nothing got through' },
  none: { glyph: '–', label: 'nothing to try', meaning: 'there is nothing to try' },
}

/** @type {Readonly<Record<Severity, string>>} */
export const SIGNS = { error: '✗', warning: '!', note: 'i' }

/** @type {Readonly<Record<Standing, string>>} */
export const STANDING_HINTS = {
  anon: 'no session',
  foreign: 'somebody else',
  team: 'same tenant',
  own: 'the owner',
}

/**
 * @param {Standing} standing
 * @param {boolean} hasTenants
 */
export function asWhom(standing, hasTenants) {
  switch (standing) {
    case 'anon':
      return 'without a session'
    case 'foreign':
      return hasTenants ? 'as a user of another tenant' : 'as another user'
    case 'team':
      return 'as a user of the same tenant'
    case 'own':
      return 'as the owner'
  }
}

/**
 * `1 finding`, `1,104 probes`.
 * @param {number} number
 * @param {string} noun
 */
export const count = (number, noun, plural = `${noun}s`) =>
  `${number.toLocaleString('en-US')} ${number === 1 ? noun : plural}`

/**
 * `storage.objects/avatars`: a relation, and the part of it that something is about.
 * @param {string} name
 * @param {string | undefined} scope
 */
export const placeOf = (name, scope) => (scope === undefined ? name : `${name}/${scope}`)

/**
 * What names the part of a relation, where it is about one.
 * @param {string | undefined} scope
 */
export const scoped = (scope) => (scope === undefined ? {} : { scope })

/**
 * `migrations/0007.sql:12`.
 * @param {{ readonly file?: string, readonly line?: number }} place
 */
export const fileOf = ({ file, line }) =>
  file === undefined ? undefined : line === undefined ? file : `${file}:${line}`

/** @param {unknown} value */
export const valueText = (value) => (typeof value === 'string' ? value : JSON.stringify(value))

/** @param {string} text */
export const oneLine = (text) => text.replaceAll(/\s+/g, ' ').trim()
