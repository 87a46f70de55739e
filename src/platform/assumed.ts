import type { PlatformName } from '../domain/config.ts'

/** What tells that an extension is used, and of it the name that a project would make if it had it from elsewhere. */
const TRACES: Readonly<Record<string, RegExp>> = {
  citext: /\b(citext)\b(?!\s*\()/i,
  moddatetime: /\b(moddatetime)\s*\(/i,
  pg_cron: /\bcron\.(schedule|unschedule|alter_job|job)\b/i,
  pg_jsonschema: /\b(jsonb?_matches_schema)\s*\(/i,
  pg_net: /\bnet\.(http_get|http_post|http_delete)\s*\(/i,
  pg_trgm: /\b(gin_trgm_ops|gist_trgm_ops|word_similarity)\b/i,
  pg_uuidv7: /\b(uuid_generate_v7)\s*\(/i,
  pgcrypto: /\b(gen_salt|crypt|pgp_sym_encrypt|pgp_sym_decrypt|gen_random_bytes)\s*\(/i,
  pgmq: /\bpgmq\.(\w+)\s*\(/i,
  pgsodium: /\bpgsodium"?\."?(\w+)/i,
  postgis: /\b(geography|geometry)\s*\(\s*'?(?:multi)?(?:point|polygon|linestring|geometry)/i,
  unaccent: /\b(unaccent)\s*\(/i,
  'uuid-ossp': /\b(uuid_generate_v[1345]\w*)\s*\(/i,
  vector: /(?<![\w"])(vector|halfvec)\s*\(\s*\d+\s*\)/i,
}

/** Those that are there before the first migration. */
const THERE: Readonly<Record<PlatformName, readonly string[]>> = {
  supabase: ['pgcrypto', 'uuid-ossp', 'pg_net'],
  neon: [],
  none: [],
}

/**
 * Extensions that migrations use and no migration makes: they were switched on by hand, as in a dashboard.
 * @param texts of the migrations, as they stand there
 */
export function assumedExtensions(texts: readonly string[], platform: PlatformName): readonly string[] {
  const plain = texts.map((text) => text.replaceAll(/--[^\n]*|\/\*[^]*?\*\//g, ' '))
  const some = (pattern: RegExp): boolean => plain.some((text) => pattern.test(text))
  return Object.entries(TRACES).flatMap(([name, trace]) => {
    if (THERE[platform].includes(name)) return []
    const found = plain.map((text) => trace.exec(text)?.[1]).find((one) => one !== undefined)
    if (found === undefined) return []
    const isMade =
      some(new RegExp(String.raw`\bcreate\s+extension\s+(?:if\s+not\s+exists\s+)?"?${name}\b`, 'i')) ||
      some(
        new RegExp(
          String.raw`\bcreate\s+(?:or\s+replace\s+)?(?:function|procedure|type|domain|table)\s+(?:if\s+not\s+exists\s+)?(?:"?\w+"?\.)?"?${found}\b`,
          'i',
        ),
      )
    return isMade ? [] : [name]
  })
}
