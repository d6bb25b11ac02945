/** The process that the kill test kills: writes numbered steps, synced, and prints each number once it is acknowledged. */
import { createNodeEngine } from '@kith/crypto/node'
import { openNodeStore } from '../src/node.ts'
import { alicesSpace } from './store-model.ts'
import { killStep } from './kill-step.ts'

const directory = process.argv[2]!
const store = await openNodeStore({ directory, engine: createNodeEngine() })
const head = await store.get('logs', `${alicesSpace}/head`)
let next = head === null ? 0 : Number(new TextDecoder().decode(head))
// Two under way at a time, so that groups form and a kill falls between calls as well as within them.
const acknowledged = async (number: number): Promise<void> => {
  await store.commit(killStep(number))
  process.stdout.write(`${number}\n`)
}
let running = acknowledged(next++)
for (;;) {
  const second = acknowledged(next++)
  await running
  running = second
}
