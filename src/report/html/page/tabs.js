/** @import { View } from '../view.ts' */
import { byId, element } from './dom.js'

/** @typedef {{ readonly name: View['tab'], readonly label: string, readonly count?: number, readonly panel: HTMLElement }} Tab */

/** A tab is chosen as soon as the arrow keys reach it. */
export class Tabs {
  /**
   * @param {readonly Tab[]} tabs
   * @param {(name: View['tab']) => void} choose
   */
  constructor(tabs, choose) {
    this.tabs = tabs
    this.buttons = tabs.map(({ name, label, count }) =>
      element(
        'button',
        { type: 'button', role: 'tab', id: `tab-${name}`, 'aria-controls': `panel-${name}` },
        label,
        count !== undefined && element('small', {}, count.toLocaleString('en-US')),
      ),
    )
    const list = element('div', { role: 'tablist', 'aria-label': 'Views' }, this.buttons)
    byId('tabs', HTMLElement).append(list)
    for (const { name, panel } of tabs) {
      const attributes = {
        role: 'tabpanel',
        id: `panel-${name}`,
        'aria-labelledby': `tab-${name}`,
        hidden: true,
      }
      byId('main', HTMLElement).append(element('section.panel', attributes, panel))
    }
    list.addEventListener('click', (event) => {
      const at = this.buttons.findIndex(
        (button) => event.target instanceof Node && button.contains(event.target),
      )
      const tab = tabs[at]
      if (tab) choose(tab.name)
    })
    list.addEventListener('keydown', (event) => {
      const at = this.buttons.findIndex((button) => button === document.activeElement)
      const to = nextTab(event.key, at, tabs.length)
      const tab = to === undefined ? undefined : tabs[to]
      if (!tab || to === undefined) return
      event.preventDefault()
      choose(tab.name)
      this.buttons[to]?.focus()
    })
  }

  /** @param {View['tab']} chosen */
  show(chosen) {
    this.tabs.forEach(({ name }, index) => {
      const button = this.buttons[index]
      button?.setAttribute('aria-selected', String(name === chosen))
      button?.setAttribute('tabindex', name === chosen ? '0' : '-1')
      byId(`panel-${name}`, HTMLElement).hidden = name !== chosen
      if (name === chosen) button?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
    })
  }

  /** @param {View['tab']} name */
  focus(name) {
    this.buttons[this.tabs.findIndex((tab) => tab.name === name)]?.focus()
  }
}

/**
 * @param {string} key
 * @param {number} at
 * @param {number} length
 */
function nextTab(key, at, length) {
  switch (key) {
    case 'ArrowRight':
      return (at + 1) % length
    case 'ArrowLeft':
      return (at + length - 1) % length
    case 'Home':
      return 0
    case 'End':
      return length - 1
    default:
      return undefined
  }
}
