/** Engines for pages (protocol section 2, Engines): WebCrypto where it is there and sound, the portable engine elsewhere. */
import { createWebEngine } from './engine-web.ts'
import type { Engine } from './engine.ts'
import { chooseEngine } from './self-check.ts'

export { createWebEngine } from './engine-web.ts'

/**
 * The best engine of this page, after its self-check. `name` tells which: on plain http there is no WebCrypto.
 * @throws CryptoUsageError `no-engine` where not even the portable engine passes
 */
export function createBrowserEngine(): Promise<Engine> {
  // Only a page without WebCrypto loads the portable engine.
  const portable = async (): Promise<Engine> => (await import('./engine-noble.ts')).createNobleEngine()
  return chooseEngine([() => createWebEngine()], portable)
}
