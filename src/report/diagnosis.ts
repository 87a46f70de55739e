import type { Diagnosis, DiagnosisLine } from '../domain/diagnosis.ts'
import { hanging, type Look } from './look.ts'
import { inert } from './text.ts'

/** A diagnosis for a person at a terminal: section by section, and at the end whether a check can run. */
export function diagnosisText({ ready, sections }: Diagnosis, look: Look): string {
  const lines = [
    ...sections.flatMap(({ name, lines: inner }) => [
      ` ${look.paint.strong(name)}`,
      ...inner.flatMap((line) => lineText(line, look)),
    ]),
    '',
    ready
      ? ` ${look.paint.good(look.tick)} check can run`
      : ` ${look.paint.bad(look.cells.leak)} check cannot run: see what is marked so above`,
  ]
  return `${lines.map(inert).join('\n')}\n`
}

function lineText({ state, text, hint }: DiagnosisLine, look: Look): readonly string[] {
  const mark = { fine: look.tick, note: '!', problem: look.cells.leak }[state]
  const paint = { fine: look.paint.good, note: look.paint.warn, problem: look.paint.bad }[state]
  const [first = '', ...rest] = text.split('\n').flatMap((part) => hanging('     ', look.clean(part), look))
  const hints = (hint ?? '').split('\n').filter((part) => part !== '')
  return [
    `   ${paint(mark)} ${first.slice(5)}`,
    ...rest,
    ...hints.flatMap((part) => hanging('       ', look.clean(part), look)),
  ]
}
