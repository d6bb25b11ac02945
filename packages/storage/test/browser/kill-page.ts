/** The page that the kill test kills: writes numbered steps, and reports each number once it is acknowledged. */
import { createBrowserEngine } from '@kith/crypto/browser'
import { openBrowserStore } from '../../src/browser.ts'
import type { Store } from '../../src/store.ts'
import { killStep } from '../kill-step.ts'
import { alicesSpace, contentsOf } from '../store-model.ts'
import type { Contents } from '../store-model.ts'

/** What the test calls in the page. */
export interface KillPage {
  /** Resolves when writing has begun; it goes on until the page ends. */
  write(): Promise<void>
  /** Number of steps and everything in the store. */
  contents(): Promise<{ readonly steps: number; readonly contents: Contents }>
  /** `secure`: does the page have WebCrypto? `engine`: which one was chosen? `code`: how opening the store ended. */
  describe(): Promise<{ readonly secure: boolean; readonly engine: string; readonly code: string }>
}

interface KillWindow {
  acknowledged(number: number): void
  killPage: KillPage
}

const page = globalThis as unknown as KillWindow

async function open(): Promise<Store> {
  return openBrowserStore({ engine: await createBrowserEngine() })
}

page.killPage = {
  write: async () => {
    const store = await open()
    let next = await store.count(alicesSpace, 'auth')
    const commit = async (): Promise<void> => {
      const number = next++
      await store.commit(killStep(number))
      page.acknowledged(number)
    }
    // Two under way at a time, so that groups form and a kill falls between calls as well as within them.
    const keepWriting = async (): Promise<never> => {
      let running = commit()
      for (;;) {
        const second = commit()
        await running
        running = second
      }
    }
    void keepWriting()
  },
  contents: async () => {
    const store = await open()
    const found = { steps: await store.count(alicesSpace, 'auth'), contents: await contentsOf(store) }
    await store.close()
    return found
  },
  describe: async () => {
    const secure = (globalThis.crypto as { readonly subtle?: SubtleCrypto }).subtle !== undefined
    const engine = (await createBrowserEngine()).name
    try {
      const store = await open()
      const value = new Uint8Array([1])
      await store.commit({ puts: [{ table: 'peers', key: 'bob', value }], sync: true })
      const code = (await store.get('peers', 'bob'))?.length === 1 ? 'kept' : 'lost'
      await store.close()
      return { secure, engine, code }
    } catch (error) {
      return { secure, engine, code: (error as { readonly code: string }).code }
    }
  },
}
