/** @import { Child } from './dom.js' */
/** @import { Model } from './model.js' */
/** @import { Place } from '../view.ts' */
import { copyButton } from './copy.js'
import { byId, element, nameOf } from './dom.js'
import { findingSections } from './finding-details.js'
import { fileName, section } from './section.js'
import { cellSections, findingLinks, relationSections } from './relation-details.js'
import { SIGNS, asWhom, placeOf, scoped } from './words.js'

/** Wide enough for the list and what is opened side by side. */
const BESIDE = '(min-width: 68rem)'

/** What is opened: beside the list, or over it where there is no room. */
export class Panel {
  /**
   * @param {Model} model
   * @param {(place: Place) => string} addressOf
   * @param {() => void} close
   */
  constructor(model, addressOf, close) {
    this.model = model
    this.addressOf = addressOf
    this.close = close
    this.dialog = byId('details', HTMLDialogElement)
    this.open = ''
    this.room = matchMedia(BESIDE)
    this.room.addEventListener('change', () => this.#place())
    this.dialog.addEventListener('cancel', (event) => {
      event.preventDefault()
      close()
    })
    this.dialog.addEventListener('click', (event) => {
      if (event.target === this.dialog && this.dialog.matches(':modal')) close()
    })
  }

  /**
   * @param {Place | undefined} place
   * @returns {boolean} whether something else is shown than before
   */
  show(place) {
    const open = place ? JSON.stringify(place) : ''
    if (open === this.open) return false
    this.open = open
    document.body.classList.toggle('opened', place !== undefined)
    if (!place) {
      this.dialog.close()
      this.dialog.replaceChildren()
      return true
    }
    this.dialog.replaceChildren(...this.#contents(place))
    this.dialog.scrollTop = 0
    this.#place()
    byId('details-title', HTMLElement).focus({ preventScroll: true })
    return true
  }

  #place() {
    if (this.open === '') return
    const isModal = this.dialog.matches(':modal')
    if (this.dialog.open && isModal !== this.room.matches) return
    this.dialog.close()
    if (this.room.matches) this.dialog.show()
    else this.dialog.showModal()
  }

  /** @param {Place} place */
  #contents(place) {
    const { title, under, body } = this.#said(place)
    const closing = element(
      'button.close',
      { type: 'button', 'aria-label': 'Close', title: 'Close (Esc)' },
      '×',
    )
    closing.addEventListener('click', this.close)
    const address = () => new URL(this.addressOf(place), document.location.href).href
    return [
      element(
        'div.top',
        {},
        element('h2', { id: 'details-title', tabindex: -1 }, title),
        element('span.tools', {}, copyButton('a link to this', address, 'Link'), closing),
        element('p.under', {}, under),
      ),
      element('div.body', {}, body),
    ]
  }

  /**
   * @param {Place} place
   * @returns {{ title: readonly Child[], under: readonly Child[], body: readonly Child[] }}
   */
  #said(place) {
    switch (place.kind) {
      case 'finding':
        return this.#finding(place.id)
      case 'relation':
        return this.#relation(place)
      case 'function':
        return this.#function(place.name)
      case 'cell':
        return this.#cell(place)
    }
  }

  /** @param {string} id */
  #finding(id) {
    const finding = this.model.findingAt(id)
    if (!finding) return missing(`finding ${id}`)
    const { severity, code, relation, scope, command, actor, title } = finding
    const entry = this.model.relationAt(relation, scope)
    const cell = entry && standingCell(finding)
    const policies = cell && cellSections(entry, cell, this.model).policies
    const where = placeOf(relation, scope)
    return {
      title: [
        element(`span.sign.${severity}`, { role: 'img', 'aria-label': severity }, SIGNS[severity]),
        code,
      ],
      under: [
        entry
          ? element(
              'a',
              { href: this.addressOf({ kind: 'relation', relation, ...scoped(scope) }) },
              nameOf(where),
            )
          : nameOf(where),
        ` · ${command}`,
        actor && ` · ${asWhom(actor, this.model.hasTenants)}`,
      ],
      body: [element('p.title', {}, title), ...withPolicies(findingSections(finding, this.model), policies)],
    }
  }

  /** @param {Extract<Place, { kind: 'cell' }>} place */
  #cell(place) {
    const { relation, scope, standing, command } = place
    const entry = this.model.relationAt(relation, scope)
    if (!entry) return missing(placeOf(relation, scope))
    const said = cellSections(entry, place, this.model)
    const here = [...entry.findings, ...entry.accepted].filter(
      (one) => one.command === command && one.actor === standing,
    )
    return {
      title: [nameOf(placeOf(relation, scope))],
      under: [
        `${command} · ${asWhom(standing, this.model.hasTenants)} · `,
        element(
          'a',
          { href: this.addressOf({ kind: 'relation', relation, ...scoped(scope) }) },
          'the relation',
        ),
      ],
      body: [
        said.state,
        said.untested,
        ...here.map((finding, index) => this.#inCell(finding, index === 0)),
        said.policies,
        said.attempts,
      ],
    }
  }

  /**
   * @param {NonNullable<ReturnType<Model['findingAt']>>} finding
   * @param {boolean} isFirst
   */
  #inCell(finding, isFirst) {
    return element(
      'details.finding',
      { open: isFirst },
      element(
        'summary',
        {},
        element(
          `span.sign.${finding.severity}`,
          { role: 'img', 'aria-label': finding.severity },
          SIGNS[finding.severity],
        ),
        element('b', {}, finding.code),
        ` ${finding.title}`,
      ),
      findingSections(finding, this.model),
    )
  }

  /** @param {Extract<Place, { kind: 'relation' }>} place */
  #relation({ relation, scope }) {
    const entry = this.model.relationAt(relation, scope)
    if (!entry) return missing(placeOf(relation, scope))
    return {
      title: [nameOf(placeOf(relation, scope))],
      under: [],
      body: relationSections(entry, this.model, this.addressOf),
    }
  }

  /** @param {string} name */
  #function(name) {
    const entry = this.model.functions.find(({ routine }) => routine.name === name)
    if (!entry) return missing(name)
    const { routine, findings, accepted } = entry
    return {
      title: [nameOf(name)],
      under: [
        `function · ${routine.securityDefiner ? 'security definer' : 'security invoker'} · execute: ${routine.access.execute} `,
        fileName(routine),
      ],
      body: [
        section('Findings', [findingLinks(findings, this.addressOf)]),
        section('Accepted', [findingLinks(accepted, this.addressOf)]),
        findings.length + accepted.length === 0 && element('p', {}, 'Nothing was found.'),
      ],
    }
  }
}

/** @param {string} what */
const missing = (what) => ({
  title: ['Not in this report'],
  under: [nameOf(what)],
  body: [element('p', {}, 'The address names what this report does not hold: it may come from another run.')],
})

/**
 * The cell whose policies were asked.
 * @param {NonNullable<ReturnType<Model['findingAt']>>} finding
 * @returns {Extract<Place, { kind: 'cell' }> | undefined}
 */
function standingCell({ relation, scope, command, actor }) {
  if (command !== 'select' && command !== 'insert' && command !== 'update' && command !== 'delete')
    return undefined
  return { kind: 'cell', relation, command, standing: actor ?? 'foreign', ...scoped(scope) }
}

/**
 * Policies stand behind what was checked, before what is to be done.
 * @param {readonly Child[]} sections
 * @param {Child} policies
 */
const withPolicies = (sections, policies) => [...sections.slice(0, 7), policies, ...sections.slice(7)]
