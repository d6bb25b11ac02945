// Somebody's browser is closed while the others write; what they missed is there when they come back, in one order for all.
import { expect, figure, patience, test } from './world.ts'

const count = 200
const limitMs = 15_000

test(`a browser that was closed for ${count} messages catches up in the order the others see`, async ({
  world,
}) => {
  const { alice, bob, link } = await world.couple()
  const carol = await world.terminal('Carol')
  const space = await carol.join(link)
  await alice.say('Before')
  await bob.sees('Before')
  await bob.close()

  // By turns, so that an order by arrival would be another.
  for (let number = 0; number < count; number += 2) {
    await alice.say(`message ${number}`)
    await carol.request('message.send', { space, text: `message ${number + 1}` })
  }
  const texts = async (): Promise<readonly string[]> => (await carol.messages(space)).map(({ text }) => text)
  const isWhole = (all: readonly string[]): boolean =>
    all.filter((text) => text.startsWith('message ')).length === count
  await expect.poll(async () => isWhole(await texts()), { timeout: 60_000 }).toBe(true)
  await alice.sees(`message ${count - 1}`)

  const backMs = performance.now()
  await bob.open()
  await bob.page.getByRole('navigation').getByRole('button', { name: 'Walkers' }).click()
  const expected = await texts()
  await expect
    .poll(async () => (await bob.readAll(/message \d+/)).join('\n'), { timeout: 60_000 })
    .toBe(expected.filter((text) => text.startsWith('message ')).join('\n'))
  const spentMs = performance.now() - backMs
  figure('one order for both', `${count} messages`)
  figure(
    'caught up',
    `${(spentMs / 1000).toFixed(1)} s from opening the browser to having read it all`,
    spentMs <= limitMs * patience,
  )
})
