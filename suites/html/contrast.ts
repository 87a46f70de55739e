import type { Page } from 'playwright-core'

export interface Contrast {
  /** class and tag of the element that the text stands in */
  readonly kind: string
  readonly text: string
  readonly ratio: number
}

/** The contrast of every text that is seen with the ground that it is painted on, as WCAG 2.2 computes it. */
export const contrasts = (page: Page): Promise<readonly Contrast[]> => page.evaluate(`(${measure})()`)

/** Runs in the page: everything that it needs is in it. */
const measure = `() => {
  const numbers = (colour) => (colour.match(/[\\d.]+/g) ?? []).map(Number)
  const part = (value) => {
    const share = value / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }
  const luminance = ([red, green, blue]) => 0.2126 * part(red) + 0.7152 * part(green) + 0.0722 * part(blue)
  const groundOf = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = numbers(getComputedStyle(at).backgroundColor)
      if (colour.length === 3 || colour[3] === 1) return colour
      if (colour[3] > 0) throw new Error('a ground that is seen through: ' + at.className)
    }
    return [255, 255, 255]
  }
  const isSeen = (element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest('.spoken')
  const seen = []
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement
    const text = node.data.trim()
    if (text === '' || element.matches('script, style, noscript') || !isSeen(element)) continue
    const [a, b] = [numbers(getComputedStyle(element).color), groundOf(element)].map(luminance).sort((x, y) => y - x)
    seen.push({ kind: element.className + ' ' + element.tagName, text, ratio: (a + 0.05) / (b + 0.05) })
  }
  return seen
}`
