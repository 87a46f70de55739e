import { element, speak } from './dom.js'

const SHOWN_MS = 1600

/**
 * A button that copies a text as it is, with every character that the page writes out.
 * @param {string} label
 * @param {() => string} text
 * @param {string} [caption]
 */
export function copyButton(label, text, caption = 'Copy') {
  const said = element('span', {}, caption)
  const button = element('button.copy', { type: 'button', 'aria-label': `Copy ${label}` }, said)
  const tell = (/** @type {boolean} */ isCopied) => {
    const done = isCopied ? 'Copied' : 'Not copied'
    said.textContent = done
    speak(`${done}: ${label}`)
    setTimeout(() => {
      said.textContent = caption
    }, SHOWN_MS)
  }
  button.addEventListener('click', () => void copied(text()).then(tell))
  return button
}

/**
 * A page from a file has no clipboard in some browsers: there a selection is copied.
 * @param {string} text
 */
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return selectionCopied(text)
  }
}

/** @param {string} text */
function selectionCopied(text) {
  const focused = document.activeElement
  const field = document.createElement('textarea')
  field.value = text
  field.className = 'spoken'
  // inside the dialog, where there is one: what is outside of a modal one cannot be selected
  const place = document.querySelector('dialog[open]') ?? document.body
  place.append(field)
  field.select()
  const done = document.execCommand('copy')
  field.remove()
  if (focused instanceof HTMLElement) focused.focus()
  return done
}
