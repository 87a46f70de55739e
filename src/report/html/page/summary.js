/** @import { Model } from './model.js' */
import { element, nameOf, shown } from './dom.js'
import { themeSwitch } from './theme.js'
import { count } from './words.js'

/** Of a grant on everything a few are enough. */
const OBJECTS_SHOWN = 20

/**
 * The first lines: what came of the run, and what it was.
 * @param {Model} model
 */
export function summary(model) {
  const { tool, run } = model.page
  const facts = [
    ...(model.page.compared === undefined ? [] : [model.page.compared]),
    ...(run.shard ? [`shard ${run.shard.index} of ${run.shard.count}`] : []),
    ...(run.shards === undefined ? [] : [count(run.shards, 'shard')]),
    `${run.engine.kind} PostgreSQL ${run.engine.version}`,
    model.page.texts.extent,
    `seed ${run.seed}`,
    `API privileges: ${run.apiPrivileges}`,
    `${(run.durationMs / 1000).toFixed(1)} s`,
  ]
  const { kind, sign, text, more } = verdict(model)
  return [
    element(
      'div.brand',
      {},
      element('b', {}, shown(tool.name)),
      element('small', {}, shown(tool.version)),
      themeSwitch(),
    ),
    element(
      `h1.verdict.${kind}`,
      {},
      element('span.sign', { 'aria-hidden': 'true' }, sign),
      element('span', {}, text),
      more !== '' && element('small', {}, more),
    ),
    element(
      'ul.facts',
      {},
      facts.map((fact) => element('li', {}, shown(fact))),
    ),
  ]
}

/**
 * Untested is no pass, and a part says nothing of the whole: neither is ever green.
 * @param {Model} model
 */
function verdict({ page, untested }) {
  const { error, warning, note } = page.summary.bySeverity
  const found = [
    ...(error > 0 ? [count(error, 'error')] : []),
    ...(warning > 0 ? [count(warning, 'warning')] : []),
    ...(note > 0 ? [count(note, 'note')] : []),
    ...(untested.length > 0 ? [`${untested.length} untested`] : []),
    ...(page.summary.suppressed > 0 ? [`${page.summary.suppressed} accepted`] : []),
  ].join(', ')
  if (page.outcome === 'could-not-run') return { kind: 'bad', sign: '✗', text: 'Could not run', more: found }
  if (error > 0) return { kind: 'bad', sign: '✗', text: found, more: '' }
  if (page.outcome === 'partial')
    return {
      kind: 'doubt',
      sign: '?',
      text: 'A part of a run',
      more: found === '' ? 'which says nothing of the whole' : found,
    }
  if (untested.length > 0) return { kind: 'doubt', sign: '?', text: found, more: '' }
  if (warning > 0) return { kind: 'doubt', sign: '!', text: found, more: '' }
  if (page.outcome === 'findings')
    return { kind: 'doubt', sign: '!', text: found === '' ? 'Findings' : found, more: '' }
  return { kind: 'good', sign: '✓', text: 'Isolated', more: found }
}

/**
 * What was applied, who asked, and what else a person should know.
 * @param {Model} model
 */
export function runPage({ page }) {
  const { sources, actors, tenants, notices, coverage, platformGrants, run, lock } = page
  const scenarios = coverage.scenarios.flatMap(({ relation, opaque, unsolved, failed, left }) =>
    [
      ...opaque.map((text) => `opaque: ${text}`),
      ...unsolved.map((text) => `no row found for ${text}`),
      ...failed.map((text) => `ended in an error: ${text}`),
      ...(left > 0 ? [`${count(left, 'scenario')} left out`] : []),
    ].map((text) => [relation, text]),
  )
  return element(
    'div.scroller.document',
    { tabindex: 0, role: 'group', 'aria-label': 'Run' },
    block(
      'Notices',
      notices.map((notice) => element('li', {}, shown(notice))),
    ),
    block(
      'Not as the access lock says',
      (lock?.differences ?? []).map(({ subject, aspect, before, after }) =>
        element(
          'li',
          {},
          nameOf(subject),
          ` ${aspect}: `,
          shown(before ?? 'not in the lock'),
          ' → ',
          shown(after ?? 'gone'),
        ),
      ),
    ),
    block(
      'Left to other shards',
      (run.shard?.left ?? []).map((what) => element('li', {}, shown(what))),
    ),
    block(
      'Not tried',
      coverage.untried.map((what) => element('li', {}, shown(what))),
    ),
    block(
      'Not derived from policies',
      scenarios.map(([relation = '', text = '']) => element('li', {}, nameOf(relation), ': ', shown(text))),
    ),
    block('Migrations', sources.flatMap(sourceItems)),
    block(
      'Who asked',
      actors.map(({ name, role, tenant }) =>
        element(
          'li',
          {},
          nameOf(name),
          `: role `,
          nameOf(role),
          tenant !== undefined && [', in ', nameOf(tenant)],
        ),
      ),
    ),
    block(
      'Tenants',
      tenants.map((tenant) => element('li', {}, nameOf(tenant))),
    ),
    block(
      'Open by the platform’s default privileges',
      platformGrants.map(({ command, role, objects }) =>
        element(
          'li',
          {},
          `${command}, `,
          nameOf(role),
          `: ${count(objects.length, 'object')}: `,
          shown(objects.slice(0, OBJECTS_SHOWN).join(', ')),
          objects.length > OBJECTS_SHOWN && ' and others',
        ),
      ),
    ),
    block(
      'How long it took',
      run.steps.map(({ name, ms }) => element('li', {}, shown(name), `: ${(ms / 1000).toFixed(1)} s`)),
    ),
  )
}

/** @param {Model['page']['sources'][number]} source */
const sourceItems = ({ tool, files, notes }) => [
  ...notes.map((note) => element('li', {}, shown(note))),
  ...files.map(({ path, notes: remarks }) =>
    element(
      'li',
      {},
      `${tool} `,
      element('span.file', {}, shown(path)),
      remarks.length > 0 && [': ', ...shown(remarks.join('; '))],
    ),
  ),
]

/**
 * @param {string} heading
 * @param {readonly HTMLElement[]} items
 */
const block = (heading, items) =>
  items.length > 0 && element('section', {}, element('h3', {}, heading), element('ul', {}, items))
