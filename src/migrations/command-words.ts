/** The words of a command as a shell would see them, without anything else that a shell does. */
export function wordsOf(command: string | readonly string[]): readonly string[] {
  if (typeof command !== 'string') return command
  const words = command.match(/(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+/gs) ?? []
  return words.map((word) =>
    word.replaceAll(
      /\\(.)|"((?:[^"\\]|\\.)*)"|'([^']*)'/gs,
      (_, escaped: string, double: string, single: string) =>
        escaped ?? single ?? (double ?? '').replaceAll(/\\(["\\$])/g, '$1'),
    ),
  )
}

/** Puts the values of these variables in for `$NAME` and `${NAME}`; others stay as they are. */
export const withVariables = (text: string, variables: Readonly<Record<string, string>>): string =>
  text.replaceAll(
    /\$(?:\{(\w+)\}|(\w+))/g,
    (whole, braced: string | undefined, bare: string | undefined) => variables[braced ?? bare ?? ''] ?? whole,
  )
