/** @import { Model } from './model.js' */
/** @import { Filters, View } from '../view.ts' */
/** @import { Severity } from '../../../domain/vocabulary.ts' */
import { NO_FILTERS } from './address.js'
import { byId, element, speak } from './dom.js'
import { isFiltered } from './filter.js'
import { harmless } from './visible.js'
import { SEVERITIES, SIGNS, count } from './words.js'

/** What narrows the lists. */
export class Toolbar {
  /**
   * @param {Model} model
   * @param {(filters: Filters, how: 'typed' | 'chosen') => void} change
   */
  constructor(model, change) {
    this.change = change
    /** @type {Filters} */
    this.filters = NO_FILTERS
    this.form = byId('filters', HTMLFormElement)
    this.text = /** @type {HTMLInputElement} */ (
      element('input', {
        type: 'search',
        name: 'text',
        placeholder: 'Filter',
        'aria-label': 'Filter by text',
        'aria-keyshortcuts': '/',
        autocomplete: 'off',
        spellcheck: 'false',
      })
    )
    this.schema = choice('Schema', 'all schemas', model.schemas)
    this.code = choice('Code', 'all codes', [...new Set(model.page.findings.map(({ code }) => code))].sort())
    this.severities = SEVERITIES.map((severity) => severityBox(severity, model))
    this.changed = model.page.changed ? checkbox('changed', 'changed only', 'changed only') : undefined
    this.clear = element('button.clear', { type: 'button' }, 'Clear')
    this.total = element('output', {}, '')
    this.severityField = element(
      'fieldset',
      { 'aria-label': 'Severity' },
      this.severities.map(({ label }) => label),
    )
    this.form.append(
      element('span.search', {}, this.text, element('kbd', { 'aria-hidden': 'true' }, '/')),
      this.schema,
      this.code,
      this.severityField,
      ...(this.changed ? [this.changed.label] : []),
      this.clear,
      this.total,
    )
    this.text.addEventListener('input', () => this.#read('typed'))
    this.form.addEventListener('change', (event) => event.target !== this.text && this.#read('chosen'))
    this.form.addEventListener('submit', (event) => event.preventDefault())
    this.clear.addEventListener('click', () => {
      change(NO_FILTERS, 'chosen')
      this.text.focus()
    })
  }

  /** @param {'typed' | 'chosen'} how */
  #read(how) {
    this.change(
      {
        schema: this.schema.value,
        code: this.code.value,
        severities: SEVERITIES.filter((_, index) => this.severities[index]?.box.checked),
        text: this.text.value,
        changed: this.changed?.box.checked ?? false,
      },
      how,
    )
  }

  /**
   * Shows the filters of a view; what a tab cannot be narrowed by is not there.
   * @param {View} view
   */
  show({ filters, tab }) {
    this.filters = filters
    if (this.text.value !== filters.text) this.text.value = filters.text
    this.schema.value = filters.schema
    this.code.value = filters.code
    this.severities.forEach(({ box, severity }) => {
      box.checked = filters.severities.includes(severity)
    })
    if (this.changed) this.changed.box.checked = filters.changed
    this.clear.hidden = !isFiltered(filters)
    this.form.hidden = tab === 'run'
    const isOfFindings = tab !== 'untested' && tab !== 'coverage'
    this.code.hidden = !isOfFindings || this.code.options.length < 2
    this.severityField.hidden = !isOfFindings
    this.schema.hidden = this.schema.options.length < 3
    if (this.changed) this.changed.label.hidden = tab === 'coverage'
  }

  /**
   * @param {number} listed
   * @param {number} all
   */
  tell(listed, all) {
    const [some, total] = [listed, all].map((number) => number.toLocaleString('en-US'))
    const text = listed === all ? String(total) : `${some} of ${total}`
    if (this.total.textContent === text) return
    this.total.textContent = text
    if (isFiltered(this.filters)) speak(`${text} listed`)
  }
}

/**
 * @param {string} label
 * @param {string} all
 * @param {readonly string[]} values
 */
function choice(label, all, values) {
  const options = values.map((value) => element('option', { value }, harmless(value)))
  const made = element('select', { 'aria-label': label }, element('option', { value: '' }, all), options)
  return /** @type {HTMLSelectElement} */ (made)
}

/**
 * @param {string} name
 * @param {string} said
 * @param {...(Node | string)} children
 */
function checkbox(name, said, ...children) {
  const box = /** @type {HTMLInputElement} */ (
    element('input', { type: 'checkbox', name, 'aria-label': said })
  )
  return { box, label: element('label', {}, box, children) }
}

/**
 * @param {Severity} severity
 * @param {Model} model
 */
function severityBox(severity, model) {
  const number = model.findings.filter((finding) => finding.severity === severity).length
  const made = checkbox(
    severity,
    `${severity}, ${count(number, 'finding')}`,
    element(`span.sign.${severity}`, { 'aria-hidden': 'true' }, SIGNS[severity]),
    element('span.word', {}, severity),
    element('small', {}, number.toLocaleString('en-US')),
  )
  return { ...made, severity }
}
