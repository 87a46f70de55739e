const MOST_ADDRESSES = 8
const OWN_DOMAIN = 'evil.example'

/**
 * Addresses of an attacker that look like one of the victim's domain to a sloppy comparison. All of them can be had: in a
 * domain that nobody else owns, or, against patterns made of an address, with the victim's own mail provider.
 */
export function craftedAddresses(matched: readonly string[], victim: string): readonly string[] {
  const domains = [...new Set(matched.flatMap(domainsIn))]
  const crafted = domains.flatMap((domain) => [
    `mallory@evil${domain}`,
    `mallory@${domain}.${OWN_DOMAIN}`,
    `mallory+${domain}@${OWN_DOMAIN}`,
    ...lookalikes(domain).map((other) => `mallory@${other}`),
  ])
  return [...new Set([...crafted, ...wildcards(victim)])].slice(0, MOST_ADDRESSES)
}

/** `%@corp.com`, `.*@corp\.com$` and `ann@corp.com` all speak of corp.com. */
function domainsIn(text: string): readonly string[] {
  const plain = text.replaceAll('[.]', '.').replaceAll('\\', '').toLowerCase()
  return [...plain.matchAll(/[a-z0-9-]+(?:\.[a-z0-9-]+)+/g)]
    .map(([domain]) => domain)
    .filter((domain) => /\.[a-z]{2,}$/.test(domain) && !plain.includes(`${domain}@`))
}

/** A dot that is not escaped in a regular expression is any character. */
const lookalikes = (domain: string): readonly string[] =>
  domain.split('.').length > 2 ? [domain.replace('.', 'a')] : []

/** An address that is a pattern itself, where it stands on the right of a LIKE. */
function wildcards(victim: string): readonly string[] {
  const [local = '', domain = ''] = victim.split('@')
  return [`${'_'.repeat(Math.max(1, local.length))}@${domain}`, `%@${domain}`]
}
