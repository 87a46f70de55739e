/** @import { Filters, Place, View } from '../view.ts' */
import { COMMANDS, SEVERITIES, STANDINGS, scoped } from './words.js'

/** @type {readonly View['tab'][]} */
export const TABS = [
  'findings',
  'matrix',
  'relations',
  'functions',
  'untested',
  'suppressions',
  'coverage',
  'run',
]

/** @type {Filters} */
export const NO_FILTERS = { schema: '', code: '', severities: [], text: '', changed: false }

/**
 * What an address asks for. What it says that cannot be is left out: an address is typed, and cut off in mails.
 * @param {string} hash
 * @param {View['tab']} usual the tab where none is named
 * @returns {View}
 */
export function readAddress(hash, usual) {
  const [place = '', query = ''] = split(hash.replace(/^#/, ''), '?')
  const asked = new URLSearchParams(query)
  const open = readPlace(place)
  const tab = TABS.find((one) => one === (open ? asked.get('tab') : place)) ?? (open ? tabOf(open) : usual)
  const severities = (asked.get('severity') ?? '').split(',')
  return {
    tab,
    ...(open ? { open } : {}),
    filters: {
      schema: asked.get('schema') ?? '',
      code: asked.get('code') ?? '',
      severities: SEVERITIES.filter((one) => severities.includes(one)),
      text: asked.get('q') ?? '',
      changed: asked.get('changed') === '1',
    },
  }
}

/**
 * The address of a view, `#` included.
 * @param {View} view
 */
export function writeAddress({ tab, open, filters }) {
  const asked = new URLSearchParams()
  if (open && tab !== tabOf(open)) asked.set('tab', tab)
  if (filters.schema !== '') asked.set('schema', filters.schema)
  if (filters.code !== '') asked.set('code', filters.code)
  if (filters.severities.length > 0) asked.set('severity', filters.severities.join(','))
  if (filters.text !== '') asked.set('q', filters.text)
  if (filters.changed) asked.set('changed', '1')
  const query = asked.toString()
  return `#${open ? writePlace(open) : tab}${query === '' ? '' : `?${query}`}`
}

/**
 * @param {Place} open
 * @returns {View['tab']}
 */
function tabOf({ kind }) {
  switch (kind) {
    case 'finding':
      return 'findings'
    case 'cell':
      return 'matrix'
    case 'relation':
      return 'relations'
    case 'function':
      return 'functions'
  }
}

/** @param {Place} open */
export function writePlace(open) {
  switch (open.kind) {
    case 'finding':
      return `finding-${encodeURIComponent(open.id)}`
    case 'cell':
      return `cell-${parts([open.relation, open.command, open.standing, open.scope])}`
    case 'relation':
      return `relation-${parts([open.relation, open.scope])}`
    case 'function':
      return `function-${encodeURIComponent(open.name)}`
  }
}

/** @param {readonly (string | undefined)[]} texts */
const parts = (texts) =>
  texts.flatMap((text) => (text === undefined ? [] : encodeURIComponent(text))).join('/')

/**
 * @param {string} place
 * @returns {Place | undefined}
 */
function readPlace(place) {
  const [kind = '', rest = ''] = split(place, '-')
  const [first = '', second, third, fourth] = rest.split('/').map(decoded)
  if (first === '') return undefined
  if (kind === 'finding') return { kind, id: first }
  if (kind === 'function') return { kind, name: first }
  if (kind === 'relation') return { kind, relation: first, ...scoped(second) }
  const command = COMMANDS.find((one) => one === second)
  const standing = STANDINGS.find((one) => one === third)
  if (kind !== 'cell' || !command || !standing) return undefined
  return { kind, relation: first, command, standing, ...scoped(fourth) }
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}

/**
 * @param {string} text
 * @param {string} by
 */
function split(text, by) {
  const at = text.indexOf(by)
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}
