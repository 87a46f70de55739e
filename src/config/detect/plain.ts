import type { SourceConfig } from '../../domain/config.ts'
import type { Detector } from './detector.ts'
import { FOLDERS, sqlIn } from './folders.ts'

/** The usual folders of SQL; asked only where no tool was recognised. */
export const plain: Detector = {
  title: 'plain SQL',
  where: `*.sql in ${FOLDERS.slice(0, 4).join(', ')}, sql and the like`,
  find: (projectDir) =>
    FOLDERS.flatMap((dir): readonly SourceConfig[] =>
      sqlIn(projectDir, dir).length > 0 ? [{ tool: 'sql', dir }] : [],
    ),
}
