import { isFile, type Detector } from './detector.ts'

/** Sqitch: its plan. */
export const sqitch: Detector = {
  title: 'Sqitch',
  where: 'sqitch.plan (or sqitch.conf)',
  find: (projectDir) =>
    ['sqitch.plan', 'sqitch.conf'].some((name) => isFile(projectDir, name))
      ? [{ tool: 'sqitch', dir: '.' }]
      : [],
}
