// The first minutes of three people who have nothing yet, two in browsers and one with `kith`: with a pointer, and once more
// by keyboard alone. With KITH_PAGE and KITH_RELAY they use what is served already, as check:first-run does.
import type { BrowserPerson } from './browser-person.ts'
import { KeyboardPerson } from './keyboard-person.ts'
import { expect, figure, patience, test } from './world.ts'
import type { World } from './world.ts'

const limitMs = 120_000

/** When the page of somebody first painted something, by this process's clock. */
async function firstPaintOf({ page }: BrowserPerson): Promise<number> {
  const paint = await page.waitForFunction(() => {
    const [first] = performance.getEntriesByType('paint')
    return first === undefined ? null : performance.timeOrigin + first.startTime
  })
  return Number(await paint.jsonValue())
}

/** Carol comes by the link with `kith` and says something: how long from the first paint until it stands on every screen. */
async function meet(
  world: World,
  link: string,
  {
    way,
    sincePaintMs,
    people,
  }: { readonly way: string; readonly sincePaintMs: number; readonly people: readonly BrowserPerson[] },
): Promise<void> {
  const carol = await world.terminal('Carol')
  const space = await carol.join(link)
  await carol.request('message.send', { space, text: 'Here I am' })
  for (const person of people) await person.sees('Here I am')
  const spentMs = Date.now() - sincePaintMs
  figure(
    `first paint to the third person's message on every screen, ${way}`,
    `${(spentMs / 1000).toFixed(1)} s (aim ${limitMs / 1000} s)`,
    spentMs <= limitMs * patience,
  )
  for (const person of people) await person.inspect(`conversation, ${way}`)
  await people[1]?.say('Good to see you')
  const texts = async (): Promise<readonly string[]> => (await carol.messages(space)).map(({ text }) => text)
  await expect.poll(texts, { timeout: 20_000 }).toContain('Good to see you')
}

test('three people meet with a pointer', async ({ world }) => {
  const alice = await world.browser('Alice')
  const sincePaintMs = await firstPaintOf(alice)
  await alice.introduce()
  await alice.createGroup('Walkers')
  const link = await alice.copyInvite()
  await alice.closeDialog()
  const bob = await world.browser('Bob', { link })
  await bob.introduce()
  await bob.join('Walkers')
  await meet(world, link, { way: 'with a pointer', sincePaintMs, people: [alice, bob] })
})

test('three people meet by keyboard alone', async ({ world }) => {
  const alice = new KeyboardPerson(await world.browser('Alice'))
  const sincePaintMs = await firstPaintOf(alice.person)
  await alice.introduce()
  const link = await alice.createGroup('Walkers')
  const bob = new KeyboardPerson(await world.browser('Bob', { link }))
  await bob.introduce()
  await bob.join('Walkers')
  await bob.say('Here already')
  await expect(bob.person.composer).toBeFocused()
  const people = [alice.person, bob.person]
  await meet(world, link, { way: 'by keyboard alone', sincePaintMs, people })
})
