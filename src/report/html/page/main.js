/** @import { Filters, Place, View } from '../view.ts' */
/** @import { Tab } from './tabs.js' */
import { readAddress, writeAddress } from './address.js'
import { atomList, atomRows, withCoverage } from './atoms.js'
import { byId, element } from './dom.js'
import { lower, schemaOf, wordsIn } from './filter.js'
import { findingList, functionList, relationList, suppressionList, untestedList } from './lists.js'
import { Matrix } from './matrix.js'
import { Model } from './model.js'
import { Panel } from './panel.js'
import { runPage, summary } from './summary.js'
import { Tabs } from './tabs.js'
import { Toolbar } from './toolbar.js'

const model = new Model()
byId('summary', HTMLElement).append(...summary(model))

/** @type {View['tab']} */
const usual = model.findings.length > 0 ? 'findings' : 'matrix'
let view = readAddress(location.hash, usual)

const addressOf = (/** @type {Place} */ open) => writeAddress({ ...view, open })

const atoms = atomRows(model)
const views = {
  findings: findingList(model, addressOf),
  matrix: new Matrix(model, (open) => go({ ...view, open })),
  relations: relationList(addressOf),
  functions: functionList(addressOf),
  untested: untestedList(addressOf, model),
  suppressions: suppressionList(addressOf, model),
  coverage: atomList(addressOf, model),
}

/** Made when it is looked at: it can be long. */
const run = element('div.run')

/** @type {readonly Tab[]} */
const tabs = [
  { name: 'findings', label: 'Findings', count: model.findings.length, panel: views.findings.node },
  { name: 'matrix', label: 'Matrix', panel: views.matrix.node },
  { name: 'relations', label: 'Relations', count: model.relations.length, panel: views.relations.node },
  { name: 'functions', label: 'Functions', count: model.functions.length, panel: views.functions.node },
  { name: 'untested', label: 'Untested', count: model.untested.length, panel: views.untested.node },
  {
    name: 'suppressions',
    label: 'Suppressions',
    count: model.suppressed.length + model.acceptedUntested.length,
    panel: views.suppressions.node,
  },
  {
    name: 'coverage',
    label: 'Coverage',
    count: atoms.length,
    panel: withCoverage(model, views.coverage.node),
  },
  { name: 'run', label: 'Run', panel: run },
]

const toolbar = new Toolbar(model, (filters, how) => go({ ...view, filters }, how === 'typed'))
const bar = new Tabs(tabs, (tab) => go(closed({ ...view, tab })))
const panel = new Panel(model, addressOf, close)

/**
 * Another view, and its address. What is typed takes the place of what was typed before: Back leads to another view.
 * @param {View} to
 */
function go(to, replaces = false) {
  const address = writeAddress(to)
  if (address !== location.hash) {
    if (replaces) history.replaceState(null, '', address)
    else history.pushState(null, '', address)
  }
  show(to)
}

/** @param {View} from */
function closed({ tab, filters }) {
  return { tab, filters }
}

function close() {
  if (view.open) go(closed(view))
}

let listed = ''

/** @param {View} to */
function show(to) {
  const from = view
  view = to
  toolbar.show(to)
  bar.show(to.tab)
  if (to.tab === 'run' && !run.hasChildNodes()) run.append(runPage(model))
  const wanted = JSON.stringify([to.tab, to.filters])
  if (wanted !== listed) fill(to)
  listed = wanted
  mark(to.open)
  if (panel.show(to.open) && !to.open) giveBack(from.open)
}

/**
 * Fills the list of the view's tab.
 * @param {View} to
 */
function fill({ tab, filters }) {
  const list = listOf(tab, filters)
  if (!list) return
  list.put()
  toolbar.tell(list.listed, list.all)
}

/**
 * @param {View['tab']} tab
 * @param {Filters} filters
 */
function listOf(tab, filters) {
  const isFinding = model.findingFilter(filters)
  const isUntested = model.untestedFilter(filters)
  const isSubject = model.subjectFilter(filters)
  switch (tab) {
    case 'findings':
      return filled(views.findings, model.findings, isFinding)
    case 'matrix':
      return filled(views.matrix, model.relations, (one) => isSubject(one, one.relation.name))
    case 'relations':
      return filled(views.relations, model.relations, (one) => isSubject(one, one.relation.name))
    case 'functions':
      return filled(views.functions, model.functions, (one) => isSubject(one, one.routine.name))
    case 'untested':
      return filled(views.untested, model.untested, isUntested)
    case 'suppressions':
      return filled(views.suppressions, [...model.suppressed, ...model.acceptedUntested], (one) =>
        'code' in one ? isFinding(one) : filters.code === '' && isUntested(one),
      )
    case 'coverage':
      return filled(views.coverage, atoms, atomFilter(filters))
    case 'run':
      return undefined
  }
}

/** @param {Filters} filters */
function atomFilter({ schema, text }) {
  const hasWords = wordsIn(text)
  return (/** @type {(typeof atoms)[number]} */ atom) =>
    (schema === '' || schemaOf(atom.relation) === schema) &&
    hasWords(lower([atom.relation, atom.policy, atom.text, atom.seen]))
}

/**
 * @template Item
 * @param {{ setItems(items: readonly Item[]): void }} list
 * @param {readonly Item[]} all
 * @param {(item: Item) => boolean} isListed
 */
function filled(list, all, isListed) {
  const items = all.filter(isListed)
  return { put: () => list.setItems(items), listed: items.length, all: all.length }
}

/** @param {Place | undefined} open */
function mark(open) {
  views.matrix.setCurrent(open)
  if (view.tab === 'matrix' || view.tab === 'run') return
  views[view.tab].setCurrent(open ? addressOf(open) : '')
}

/**
 * The focus goes back to where the panel was opened from.
 * @param {Place | undefined} opened
 */
function giveBack(opened) {
  const { tab } = view
  const isBack =
    tab === 'matrix'
      ? views.matrix.focus(opened)
      : tab !== 'run' && views[tab].focus(opened ? addressOf(opened) : undefined)
  if (!isBack) bar.focus(tab)
}

addEventListener('popstate', () => show(readAddress(location.hash, usual)))
addEventListener('hashchange', () => show(readAddress(location.hash, usual)))

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && view.open && !event.defaultPrevented) {
    event.preventDefault()
    close()
  }
  const isTyping = event.target instanceof Element && event.target.matches('input, select, textarea')
  if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return
  event.preventDefault()
  if (panel.dialog.matches(':modal')) close()
  toolbar.text.focus()
  toolbar.text.select()
})

/** On paper there is no scrolling. */
const paper = matchMedia('print')
const printed = () => {
  for (const list of Object.values(views)) list.rows.showAll(paper.matches)
}
paper.addEventListener('change', printed)
addEventListener('beforeprint', () => {
  for (const list of Object.values(views)) list.rows.showAll()
})
addEventListener('afterprint', printed)

show(view)
document.documentElement.dataset['ready'] = 'true'
