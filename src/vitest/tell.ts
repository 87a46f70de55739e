import { HarnessError } from '../errors.ts'

/** Vitest prints messages and knows nothing of hints: what to do stands in the message, too. */
export function tell(error: unknown): unknown {
  if (!(error instanceof HarnessError) || error.hint === undefined || error.message.endsWith(error.hint))
    return error
  error.message = `${error.message}\n${error.hint}`
  return error
}

/** The same function, whose errors say what to do. */
export function telling<Given extends readonly unknown[], Result>(
  work: (...given: Given) => Result,
): (...given: Given) => Result {
  return (...given) => {
    try {
      const result = work(...given)
      return result instanceof Promise ? (result.catch(rethrow) as Result) : result
    } catch (error) {
      throw tell(error)
    }
  }
}

function rethrow(error: unknown): never {
  throw tell(error)
}
