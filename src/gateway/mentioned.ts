/** A setting of the project's own, `app.tenant`, and whether some function sets it for the session. */
export interface MentionedSetting {
  readonly name: string
  readonly session: boolean
}

const NAME = String.raw`[a-z_]\w*(?:\.\w+)+`
const CALL = new RegExp(String.raw`\b(set_config|current_setting)\s*\(\s*'(${NAME})'([^;]*)`, 'gi')
/** SET at the start of a statement: in the middle of one it is an UPDATE's */
const SET = new RegExp(
  String.raw`(?:^|[;$']|\b(?:begin|then|else|loop)\b)\s*set\s+(local\s+|session\s+)?(${NAME})\s*(?:=|\bto\b)`,
  'gi',
)

/** The settings of the project's own that bodies of functions and expressions of policies read or set. */
export function mentionedSettings(texts: readonly string[]): readonly MentionedSetting[] {
  const found = new Map<string, boolean>()
  const add = (name: string, session: boolean): void => {
    const key = name.toLowerCase()
    found.set(key, session || (found.get(key) ?? false))
  }
  for (const text of texts) {
    for (const [, call = '', name = '', rest = ''] of text.matchAll(CALL))
      add(name, call.toLowerCase() === 'set_config' && /^[^)]*,\s*false\b/i.test(rest))
    for (const [, local = '', name = ''] of text.matchAll(SET)) add(name, !/^local/i.test(local))
  }
  return [...found].map(([name, session]) => ({ name, session }))
}
