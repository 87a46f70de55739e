import { namesIn, type Detector } from './detector.ts'

/** A folder of plain SQL files; asked only where no tool was recognised. */
const plainFolder = (folder: string): Detector => ({
  title: 'plain SQL',
  where: `${folder}/*.sql`,
  isThere(projectDir) {
    const holdsSql = namesIn(projectDir, folder).some((name) => name.endsWith('.sql'))
    return holdsSql ? { tool: 'sql', dir: folder } : undefined
  },
})

/** The folders that plain SQL is looked for in. */
export const plain: readonly Detector[] = ['migrations', 'sql'].map(plainFolder)
