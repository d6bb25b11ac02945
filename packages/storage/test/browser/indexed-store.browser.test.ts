/** The acceptance suite over IndexedDB, in a page. */
import { createWebEngine } from '@kith/crypto/browser'
import { IndexedDatabase } from '../../src/indexed-database.ts'
import { storeAcceptance } from '../store-acceptance.ts'

let made = 0

storeAcceptance({
  name: 'IndexedDB',
  engine: createWebEngine(),
  runs: 6,
  makeDatabase: async () => {
    const name = `acceptance-${made++}`
    return { database: new IndexedDatabase(name), again: () => new IndexedDatabase(name) }
  },
})
