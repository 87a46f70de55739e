import { createHash } from 'node:crypto'

type Claims = Readonly<Record<string, unknown>>

/** Where `supabase start` serves Auth. */
const LOCAL_ISSUER = 'http://127.0.0.1:54321/auth/v1'

/**
 * Claims with everything that Supabase Auth puts into an access token; what is given wins. `iat` and `exp` are mintToken()'s.
 * Without `sub` there is no session. An anonymous sign-in says so itself: `is_anonymous: true`, the role stays
 * `authenticated` (supabase/auth, internal/tokens/service.go, GenerateAccessToken).
 */
export function accessTokenClaims(claims: Claims): Claims {
  const { sub } = claims
  return {
    iss: LOCAL_ISSUER,
    aud: 'authenticated',
    role: 'authenticated',
    email: '',
    phone: '',
    app_metadata: {},
    user_metadata: {},
    aal: 'aal1',
    is_anonymous: false,
    ...(typeof sub === 'string' ? { session_id: sessionOf(sub) } : {}),
    ...claims,
  }
}

/** A UUID that is the same for every token of a user: Auth itself would have made a row of auth.sessions for it. */
function sessionOf(sub: string): string {
  const hex = createHash('sha256').update(`session of ${sub}`).digest('hex')
  const variant = '89ab'[Number.parseInt(hex[16] ?? '0', 16) % 4]
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-')
}
