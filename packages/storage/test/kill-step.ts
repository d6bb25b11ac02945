/** The numbered steps of the kill test: events in two lanes, some large, and records, all of which must agree. */
import type { Step } from '../src/store.ts'
import { alicesSpace, bytesOf, events } from './store-model.ts'

/** Events per step in the content lane; the auth lane gets one. */
export const contentPerStep = 3

export function killStep(number: number): Step {
  const size = number % 10 === 0 ? 20_000 : 200
  const stubbed = Math.floor(number / 2) * contentPerStep
  return {
    append: [
      { space: alicesSpace, lane: 'content', events: events(number * contentPerStep, contentPerStep, size) },
      { space: alicesSpace, lane: 'auth', events: events(number, 1) },
    ],
    replace: [{ space: alicesSpace, lane: 'content', position: stubbed, bytes: bytesOf(`stub ${number}`) }],
    puts: [
      { table: 'logs', key: `${alicesSpace}/head`, value: bytesOf(String(number + 1)) },
      { table: 'outbox', key: `${alicesSpace}/${number % 50}`, value: bytesOf(String(number)) },
    ],
    sync: true,
  }
}
