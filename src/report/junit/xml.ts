import { harmless, inert } from '../text.ts'

/** An element as it will stand in the file: text and values already escaped. */
export interface Xml {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly content: string | readonly Xml[]
}

/** Text, line by line: a line break inside of one is shown, and is none. */
export interface Lines {
  readonly lines: readonly string[]
}

export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  content: readonly Xml[] | Lines = [],
): Xml {
  const escaped = Object.entries(attributes).map(([key, value]) => [key, xmlText(String(value))] as const)
  return {
    name,
    attributes: Object.fromEntries(escaped),
    content: 'lines' in content ? content.lines.map(xmlLine).join('\n') : content,
  }
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/** One line of text that can end neither tag nor value, of characters that XML 1.0 allows. */
const xmlText = (line: string): string =>
  harmless(line, true).replaceAll(/[&<>"']/g, (char) => ENTITIES[char] ?? char)

/** The file may be shown in a log. */
const xmlLine = (line: string): string => inert(xmlText(line))

/** A whole document, a line per element. */
export const xmlDocument = (root: Xml): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n${written(root, '').join('\n')}\n`

function written({ name, attributes, content }: Xml, indent: string): readonly string[] {
  const values = Object.entries(attributes).map(([key, value]) => ` ${key}="${value}"`)
  const tag = `${indent}<${name}${values.join('')}`
  if (typeof content === 'string') return [`${tag}>${content}</${name}>`]
  if (content.length === 0) return [`${tag}/>`]
  return [`${tag}>`, ...content.flatMap((child) => written(child, `${indent}  `)), `${indent}</${name}>`]
}
