import type { Place } from '../../domain/place.ts'

/** `migrations/2.sql:7`, or nothing. */
export const whereText = ({ file, line }: Place): string =>
  file === undefined ? '' : line === undefined ? file : `${file}:${line}`
