import { HarnessError } from '../errors.ts'

/** What the client did is gone, because something else on the line undid what lay below. */
export class LostTransaction extends HarnessError {
  constructor(name: string, reason: string) {
    super('USAGE', `the transaction of ${name}’s client is gone: ${reason}`, {
      hint: 'The test rolled back, or committed, further than to where the client’s transaction began.',
    })
  }
}
