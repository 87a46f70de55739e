import type { Report } from '../domain/report.ts'
import type { Standing } from '../domain/vocabulary.ts'

/** `as a user of another tenant`: who asks, in words. */
export function asWhom(standing: Standing, report: Pick<Report, 'tenants'>): string {
  switch (standing) {
    case 'anon':
      return 'without a session'
    case 'foreign':
      return report.tenants.length > 0 ? 'as a user of another tenant' : 'as another user'
    case 'team':
      return 'as a user of the same tenant'
    case 'own':
      return 'as the owner'
  }
}
