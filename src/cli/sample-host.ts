import type { Host } from './host.ts'

const unasked = (): Promise<never> => Promise.reject(new Error('nobody asked for it'))

/** For tests of the command line: what they do not expect to be asked for. */
export const UNASKED: Pick<
  Host,
  'run' | 'runSince' | 'runAgain' | 'inspect' | 'findDrift' | 'declareTypes' | 'diagnose'
> = {
  run: unasked,
  runSince: unasked,
  runAgain: unasked,
  inspect: unasked,
  findDrift: unasked,
  declareTypes: unasked,
  diagnose: unasked,
}
