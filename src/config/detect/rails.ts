import { isFile, namesIn, type Detector } from './detector.ts'

/** Rails: db/structure.sql, which Rails writes after every migration; without it only Rails knows what they make. */
export const rails: Detector = {
  title: 'Rails',
  where: 'db/structure.sql or db/migrate/*.rb',
  find(projectDir) {
    const isRails = namesIn(projectDir, 'db', 'migrate').some((name) => name.endsWith('.rb'))
    if (!isRails && !isFile(projectDir, 'config', 'application.rb')) return []
    if (isFile(projectDir, 'db', 'structure.sql')) return [{ sql: ['db/structure.sql'] }]
    return isRails ? [{ command: 'bin/rails db:migrate', env: { RAILS_ENV: 'test' } }] : []
  },
  remark: () =>
    'Or let Rails write SQL: config.active_record.schema_format = :sql, then bin/rails db:schema:dump makes db/structure.sql.',
}
