// The first minutes of three people who have nothing yet: with a pointer, and once more by keyboard alone. With KITH_PAGE
// they open a page that is served already, as check:first-run does.
import type { BrowserPerson } from './browser-person.ts'
import { KeyboardPerson } from './keyboard-person.ts'
import { expect, figure, patience, test } from './world.ts'

const limitMs = 120_000

/** When the page of somebody first painted something, by this process's clock. */
async function firstPaintOf({ page }: BrowserPerson): Promise<number> {
  const paint = await page.waitForFunction(() => {
    const [first] = performance.getEntriesByType('paint')
    return first === undefined ? null : performance.timeOrigin + first.startTime
  })
  return Number(await paint.jsonValue())
}

/** From there until what the third says stands on every screen. */
async function meet(way: string, sincePaintMs: number, people: readonly BrowserPerson[]): Promise<void> {
  for (const person of people) await person.sees('Here I am')
  const spentMs = Date.now() - sincePaintMs
  figure(
    `first paint to the third person's message on every screen, ${way}`,
    `${(spentMs / 1000).toFixed(1)} s (aim ${limitMs / 1000} s)`,
    spentMs <= limitMs * patience,
  )
  for (const person of people) await person.inspect(`conversation, ${way}`)
}

test('three people meet with a pointer', async ({ world }) => {
  const alice = await world.browser('Alice')
  const sinceMs = await firstPaintOf(alice)
  await alice.introduce()
  await alice.createGroup('Walkers')
  const link = await alice.copyInvite()
  await alice.closeDialog()
  const others: BrowserPerson[] = []
  for (const name of ['Bob', 'Carol']) {
    const other = await world.browser(name, { link })
    await other.introduce()
    await other.join('Walkers')
    others.push(other)
  }
  await others[1]?.say('Here I am')
  await meet('with a pointer', sinceMs, [alice, ...others])
})

test('three people meet by keyboard alone', async ({ world }) => {
  const alice = new KeyboardPerson(await world.browser('Alice'))
  const sinceMs = await firstPaintOf(alice.person)
  await alice.introduce()
  const link = await alice.createGroup('Walkers')
  const others: KeyboardPerson[] = []
  for (const name of ['Bob', 'Carol']) {
    const other = new KeyboardPerson(await world.browser(name, { link }))
    await other.introduce()
    await other.join('Walkers')
    others.push(other)
  }
  await others[1]?.say('Here I am')
  await expect(others[1]?.person.composer ?? alice.person.composer).toBeFocused()
  await meet(
    'by keyboard alone',
    sinceMs,
    [alice, ...others].map(({ person }) => person),
  )
})
