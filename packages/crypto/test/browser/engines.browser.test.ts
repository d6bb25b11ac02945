// Both engines for pages pass the acceptance suite in a page, and the right one is chosen there.
import { describe, expect, test } from 'vitest'
import { createBrowserEngine } from '../../src/browser.ts'
import { createNobleEngine } from '../../src/engine-noble.ts'
import { createWebEngine } from '../../src/engine-web.ts'
import { chooseEngine } from '../../src/self-check.ts'
import { describeEngine } from '../engine-suite.ts'

describeEngine('web', (settings) => createWebEngine(undefined, settings), { runs: 60, recipients: 1000 })
describeEngine('noble', createNobleEngine, { runs: 10, recipients: 100 })

/** This page's WebCrypto with one call replaced. */
function subtleWith(replaced: Partial<SubtleCrypto>): SubtleCrypto {
  const real = globalThis.crypto.subtle
  return new Proxy(real, {
    get: (_, name) => {
      if (name in replaced) return replaced[name as keyof SubtleCrypto]
      const value: unknown = Reflect.get(real, name)
      return typeof value === 'function' ? (value.bind(real) as unknown) : value
    },
  })
}

describe('the engine of this page', () => {
  test('is WebCrypto, which passes its self-check', async ({ annotate }) => {
    const startedMs = performance.now()
    expect((await createBrowserEngine()).name).toBe('web')
    await annotate(`chosen in ${Math.round(performance.now() - startedMs)} ms`)
  })

  test.each<[string, Partial<SubtleCrypto>]>([
    ['verifies everything', { verify: () => Promise.resolve(true) }],
    ['knows no Ed25519', { importKey: () => Promise.reject(new DOMException('no', 'NotSupportedError')) }],
    ['seals other bytes', { encrypt: () => Promise.resolve(new ArrayBuffer(40)) }],
  ])('is the portable one where WebCrypto %s', async (_, replaced) => {
    const chosen = await chooseEngine([() => createWebEngine(subtleWith(replaced))], createNobleEngine)
    expect(chosen.name).toBe('noble')
    expect((await chooseEngine([() => createWebEngine(subtleWith({}))], createNobleEngine)).name).toBe('web')
  })
})
