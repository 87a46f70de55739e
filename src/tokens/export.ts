import { HarnessError } from '../errors.ts'
import type { TokenKeys } from './keys.ts'

/**
 * The value of PostgREST's `jwt-secret` with which it accepts the tokens of these keys: a set of public keys, or the
 * secret itself, as a set with one key.
 */
export function postgrestSecret(keys: TokenKeys): string {
  if (keys.alg !== 'HS256') return JSON.stringify(keys.jwks())
  const { kty, k, alg, kid } = keys.privateJwk()
  return JSON.stringify({ keys: [{ kty, k, alg, ...(kid === undefined ? {} : { kid }) }] })
}

/**
 * The text of the file that `auth.signing_keys_path` of Supabase's `config.toml` names. It holds the private key: whoever
 * has it can sign as anybody.
 *
 * @throws HarnessError TOKEN_KEYS_INVALID for a secret, which Supabase takes as `auth.jwt_secret`
 */
export function supabaseSigningKeys(keys: TokenKeys): string {
  if (keys.alg === 'HS256')
    throw new HarnessError(
      'TOKEN_KEYS_INVALID',
      'signing_keys.json holds key pairs, and HS256 has a secret',
      {
        hint: 'Use RS256 or ES256, or set auth.jwt_secret in supabase/config.toml.',
      },
    )
  return `${JSON.stringify([keys.privateJwk()], null, 2)}\n`
}
