/** @import { PageAttempts, PageData, PageFinding, PageScript } from '../page-data.ts' */
/** @import { ReportedFunction, ReportedRelation, Untested } from '../../../domain/report.ts' */
/** @import { Filters } from '../view.ts' */
import { byId } from './dom.js'
import {
  changedIn,
  findingText,
  functionText,
  isOfKind,
  relationText,
  schemaOf,
  untestedText,
  wordsIn,
} from './filter.js'

/**
 * @typedef {object} Subject a relation or function with what is said of it
 * @property {readonly PageFinding[]} findings those that count
 * @property {readonly PageFinding[]} accepted
 * @property {readonly Untested[]} untested
 */
/** @typedef {Subject & { readonly relation: ReportedRelation, readonly text: string }} RelationEntry */
/** @typedef {Subject & { readonly routine: ReportedFunction, readonly text: string }} FunctionEntry */

/** @param {string} id */
const parsed = (id) => JSON.parse(byId(id, HTMLScriptElement).textContent ?? '')

/** Everything that the page knows, in the order in which it is asked for. */
export class Model {
  /** @type {Readonly<Record<string, PageScript>> | undefined} */
  #scripts
  /** @type {PageAttempts | undefined} */
  #attempts
  /** @type {Map<object, string>} */
  #texts = new Map()

  constructor() {
    /** @type {PageData} */
    this.page = parsed('report-data')
    const { findings, relations, functions, coverage } = this.page
    this.findings = findings.filter(({ suppressed }) => suppressed === undefined)
    this.suppressed = findings.filter(({ suppressed }) => suppressed !== undefined)
    this.untested = coverage.untested.filter(({ accepted }) => accepted === undefined)
    this.acceptedUntested = coverage.untested.filter(({ accepted }) => accepted !== undefined)
    this.hasTenants = this.page.tenants.length > 0
    this.isChanged = changedIn(this.page)
    const subjects = subjectsOf(findings, coverage.untested)
    const about = (/** @type {string} */ name, /** @type {string | undefined} */ scope) =>
      subjects.get(keyOf(name, scope)) ?? { findings: [], accepted: [], untested: [] }
    /** @type {readonly RelationEntry[]} */
    this.relations = relations.map((relation) => ({
      relation,
      text: relationText(relation),
      ...about(relation.name, relation.scope),
    }))
    /** @type {readonly FunctionEntry[]} */
    this.functions = functions.map((routine) => ({
      routine,
      text: functionText(routine),
      ...about(routine.name, undefined),
    }))
  }

  /**
   * @param {string} name
   * @param {string | undefined} scope
   */
  relationAt(name, scope) {
    return this.relations.find(({ relation }) => relation.name === name && relation.scope === scope)
  }

  /** @param {string} id */
  findingAt(id) {
    return this.page.findings.find((one) => one.id === id || one.fingerprint === id)
  }

  /** @param {PageFinding} finding */
  scriptOf({ fingerprint }) {
    this.#scripts ??= /** @type {Readonly<Record<string, PageScript>>} */ (parsed('script-data'))
    return Object.hasOwn(this.#scripts, fingerprint) ? this.#scripts[fingerprint] : undefined
  }

  /**
   * @param {string} name
   * @param {string | undefined} scope
   */
  attemptsOn(name, scope) {
    this.#attempts ??= /** @type {PageAttempts} */ (parsed('attempt-data'))
    const { words, rows } = this.#attempts
    return (rows[keyOf(name, scope)] ?? []).map((row) => ({
      words: row.slice(0, 5).map((at) => words[at] ?? ''),
      counts: row.slice(5),
    }))
  }

  /** Schemas that anything is said of. */
  get schemas() {
    const { relations, functions, findings } = this.page
    const names = [...relations, ...functions].map(({ name }) => name)
    return [...new Set([...names, ...findings.map(({ relation }) => relation)].map(schemaOf))]
      .filter((schema) => schema !== '')
      .sort()
  }

  /** @param {Filters} filters */
  findingFilter(filters) {
    const hasWords = wordsIn(filters.text)
    return (/** @type {PageFinding} */ finding) =>
      isOfKind(finding, filters) &&
      (filters.schema === '' || schemaOf(finding.relation) === filters.schema) &&
      (!filters.changed || this.isChanged(finding.relation, finding.command)) &&
      hasWords(this.#textOf(finding, findingText))
  }

  /**
   * A relation or function whose own text has the words; where a code or severity is asked for, with such a finding.
   * @param {Filters} filters
   */
  subjectFilter(filters) {
    const hasWords = wordsIn(filters.text)
    const wantsFinding = filters.code !== '' || filters.severities.length > 0
    return (/** @type {Subject & { readonly text: string }} */ subject, /** @type {string} */ name) =>
      (filters.schema === '' || schemaOf(name) === filters.schema) &&
      (!wantsFinding || subject.findings.some((finding) => isOfKind(finding, filters))) &&
      (!filters.changed || COMMANDS_AND_EXECUTE.some((command) => this.isChanged(name, command))) &&
      hasWords(subject.text)
  }

  /** @param {Filters} filters */
  untestedFilter(filters) {
    const hasWords = wordsIn(filters.text)
    return (/** @type {Untested} */ entry) =>
      (filters.schema === '' || schemaOf(entry.relation) === filters.schema) &&
      (!filters.changed || this.isChanged(entry.relation, entry.command)) &&
      hasWords(this.#textOf(entry, untestedText))
  }

  /**
   * @template {object} Kind
   * @param {Kind} subject
   * @param {(subject: Kind) => string} make
   */
  #textOf(subject, make) {
    const text = this.#texts.get(subject) ?? make(subject)
    this.#texts.set(subject, text)
    return text
  }
}

const COMMANDS_AND_EXECUTE = ['select', 'insert', 'update', 'delete', 'truncate', 'execute']

/**
 * A NUL stands in no name.
 * @param {string} name
 * @param {string | undefined} scope
 */
const keyOf = (name, scope) => `${name}\0${scope ?? ''}`

/**
 * @param {readonly PageFinding[]} findings
 * @param {readonly Untested[]} untested
 */
function subjectsOf(findings, untested) {
  /** @type {Map<string, { findings: PageFinding[], accepted: PageFinding[], untested: Untested[] }>} */
  const subjects = new Map()
  const at = (/** @type {{ relation: string, scope?: string }} */ { relation, scope }) => {
    const key = keyOf(relation, scope)
    const known = subjects.get(key) ?? { findings: [], accepted: [], untested: [] }
    subjects.set(key, known)
    return known
  }
  for (const finding of findings)
    (finding.suppressed ? at(finding).accepted : at(finding).findings).push(finding)
  for (const entry of untested) at(entry).untested.push(entry)
  return subjects
}
