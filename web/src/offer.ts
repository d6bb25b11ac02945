/** What the server of the page offers beside it, in `kith.json`: relays, and whether it serves a local network. */

const maxRelays = 8
const maxAddressChars = 512
const timeoutMs = 4_000

export interface Offer {
  readonly relays: readonly string[]
  readonly localNetwork: boolean
}

const nothing: Offer = { relays: [], localNetwork: false }

/** Asks the server the page came from. Without an answer, what is stored has to do. */
export async function readOffer(): Promise<Offer> {
  try {
    const signal = AbortSignal.timeout(timeoutMs)
    const response = await fetch('/kith.json', { signal, cache: 'no-store' })
    return response.ok ? parseOffer(await response.json()) : nothing
  } catch {
    return nothing
  }
}

/** Takes what is well-formed of an offer. */
export function parseOffer(value: unknown): Offer {
  if (typeof value !== 'object' || value === null) return nothing
  const relays = 'relays' in value && Array.isArray(value.relays) ? value.relays : []
  const addresses = relays.filter(
    (address): address is string =>
      typeof address === 'string' && address.startsWith('/') && address.length <= maxAddressChars,
  )
  return {
    relays: addresses.slice(0, maxRelays),
    localNetwork: 'localNetwork' in value && value.localNetwork === true,
  }
}
