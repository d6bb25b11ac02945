// The relay dies in the middle of a conversation and comes back later, and nobody touches anything.
import { expect, figure, patience, test } from './world.ts'

const count = 100
const returnLimitMs = 15_000

test('two browsers go on without their relay, and when it is back a newcomer finds them', async ({
  world,
}) => {
  test.setTimeout(240_000)
  const { alice, bob, link } = await world.couple()
  await alice.isConnectedTo('Bob', 'Direct')
  await bob.isConnectedTo('Alice', 'Direct')
  await alice.say('With the relay')
  await bob.sees('With the relay')

  world.watch.mayLoseRelay = true
  await world.relay.stop('SIGKILL')
  const killedMs = performance.now()
  for (let number = 0; number < count; number += 2) {
    await alice.say(`message ${number}`)
    await bob.say(`message ${number + 1}`)
  }
  await bob.sees(`message ${count - 2}`)
  await alice.sees(`message ${count - 1}`)
  const expected = Array.from({ length: count }, (_, number) => `message ${number}`)
  for (const reader of [alice, bob]) {
    const read = await reader.readAll(/message \d+/)
    const arrived = expected.filter((text) => read.includes(text)).length
    figure(`read by ${reader.name}`, `${arrived} of ${count} messages without the relay`, arrived === count)
  }
  const spent = ((performance.now() - killedMs) / 1000).toFixed(1)
  figure('written and read', `in ${spent} s since the relay was killed`)
  await expect(alice.page.getByRole('button', { name: 'Limited, show connections' })).toBeVisible()
  await alice.inspect('limited')

  await world.relay.start()
  const backMs = performance.now()
  const carol = await world.browser('Carol', { link })
  await carol.introduce()
  await carol.join('Walkers', returnLimitMs * patience)
  const joinedMs = performance.now() - backMs
  figure(
    'a newcomer joins',
    `${(joinedMs / 1000).toFixed(1)} s after the relay is back (aim ${returnLimitMs / 1000} s)`,
    joinedMs <= returnLimitMs * patience,
  )
  await carol.say('Found you')
  await alice.sees('Found you')
  await bob.sees('Found you')
})
