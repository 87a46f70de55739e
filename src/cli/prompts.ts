import { confirm, isCancel, multiselect, select } from '@clack/prompts'

/** One of several answers. */
export interface Option<Value> {
  readonly value: Value
  readonly label: string
}

/** What a person is asked; null where they end it. */
export interface Prompts {
  one<Value extends string>(message: string, options: readonly Option<Value>[]): Promise<Value | null>
  /** in the order of the options */
  some(message: string, options: readonly Option<string>[]): Promise<readonly string[] | null>
  yes(message: string): Promise<boolean | null>
}

/** A person at a terminal. */
export const terminalPrompts: Prompts = {
  async one(message, options) {
    const values = options.map(({ value }) => value)
    const answer = await select<string>({ message, options: [...options] })
    return isCancel(answer) ? null : (values.find((value) => value === answer) ?? null)
  },
  async some(message, options) {
    const answer = await multiselect<string>({
      message,
      options: [...options],
      initialValues: options.map(({ value }) => value),
      required: true,
    })
    return isCancel(answer)
      ? null
      : options.map(({ value }) => value).filter((value) => answer.includes(value))
  },
  async yes(message) {
    const answer = await confirm({ message })
    return isCancel(answer) ? null : answer
  },
}
