import { element } from './dom.js'

const KEY = 'rls-harness-theme'
const THEMES = ['auto', 'light', 'dark']

/** Light, dark, or as the system says. */
export function themeSwitch() {
  const select = /** @type {HTMLSelectElement} */ (
    element(
      'select.theme',
      { 'aria-label': 'Theme' },
      THEMES.map((theme) => element('option', { value: theme }, theme)),
    )
  )
  select.value = remembered()
  setTheme(select.value)
  select.addEventListener('change', () => {
    setTheme(select.value)
    remember(select.value)
  })
  return select
}

/** @param {string} theme */
function setTheme(theme) {
  document.documentElement.dataset['theme'] = theme
}

/** A page from a file has no storage in some browsers. */
function remembered() {
  try {
    const theme = localStorage.getItem(KEY) ?? ''
    return THEMES.includes(theme) ? theme : 'auto'
  } catch {
    return 'auto'
  }
}

/** @param {string} theme */
function remember(theme) {
  try {
    localStorage.setItem(KEY, theme)
  } catch {
    // it holds for this visit
  }
}
