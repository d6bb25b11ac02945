// Messages that run the other way than the page: what is said and when stand beside each other, on either side.
import type { BrowserPerson } from './browser-person.ts'
import { expect, test } from './world.ts'

const texts = ['Good morning', 'صباح الخير', 'Hello\nשלום לך', 'שלום\nand good morning']

/** Runs in the page: the messages whose letters lie where their time does. */
function coveredTexts(list: Element): readonly string[] {
  const bubbles = [...list.querySelectorAll('.bubble')]
  const covered = bubbles.filter((bubble) => {
    const time = bubble.querySelector('time')?.getBoundingClientRect()
    const text = bubble.querySelector('.text')
    if (time === undefined || text === null) return true
    const range = document.createRange()
    const letters = document.createTreeWalker(text, NodeFilter.SHOW_TEXT)
    const rects: DOMRect[] = []
    while (letters.nextNode() !== null) {
      range.selectNodeContents(letters.currentNode)
      rects.push(...range.getClientRects())
    }
    return rects.some(
      (rect) =>
        rect.left < time.right && time.left < rect.right && rect.top < time.bottom && time.top < rect.bottom,
    )
  })
  return covered.map((bubble) => bubble.textContent)
}

async function keepsClear({ messages, name }: BrowserPerson): Promise<void> {
  await expect(messages.locator('.bubble'), `${name} sees all`).toHaveCount(texts.length)
  expect(await messages.evaluate(coveredTexts), `covered before ${name}`).toEqual([])
}

test('a message and its time keep clear of each other, whichever way either runs', async ({ world }) => {
  const { alice, bob } = await world.couple()
  for (const text of texts) {
    await alice.composer.fill(text)
    await alice.composer.press('Enter')
  }
  await keepsClear(alice)
  await keepsClear(bob)
  await bob.page.goto(`${world.origin}/?locale=qps-plocm`)
  await bob.page.getByRole('button').filter({ hasText: 'Walkers' }).first().click()
  const messages = bob.page.locator('.scroller')
  await expect(messages.locator('.bubble')).toHaveCount(texts.length)
  expect(await messages.evaluate(coveredTexts), 'covered in a page from right to left').toEqual([])
})
