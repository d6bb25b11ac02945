// A process of its own that takes places on a relay and keeps them: `squat.ts <relay> <count>`. Prints a line when it
// holds them all; it never lets go by itself.
import { hasPlace, startStranger } from './stranger.ts'
import { Stage, until } from './stage.ts'
import { ownTree } from './tree.ts'

const together = 10
const limitMs = 60_000

const [relay = '', count = '0'] = process.argv.slice(2)
const stage = new Stage(ownTree)
let held = 0
while (held < Number(count)) {
  const batch = Math.min(together, Number(count) - held)
  const strangers = await Promise.all(
    Array.from({ length: batch }, () => startStranger(stage, [`${relay}/p2p-circuit`])),
  )
  await until('every squatter has a place', () => strangers.every(hasPlace), limitMs)
  held += batch
}
console.log(`holding ${held}`)
