// Towers of signs paint where no measure of the layout shows it: the pictures of what stands beside them are compared.
import type { Browser, Page } from '@playwright/test'

/** What comes later lies above what came before: signs that hang down vanish behind the next row, those that stand up show. */
const rows = ['main .scroller > ul > li:nth-last-child(3)', 'main .scroller > ul > li:last-child']
/** Places by name, and what stands next to each, where it moves by whole pixels if at all. */
const neighbours: Readonly<Record<string, readonly string[]>> = {
  message: rows,
  author: rows,
  preview: ['nav header', 'nav li:last-child'],
  'group name in the list': ['nav header', 'nav li:last-child'],
  'group name above a conversation': ['main > header > button:last-child', 'main .scroller'],
  'member list': ['aside header', 'aside li:last-child'],
  'relay without a name': ['aside section:has(details) > h3', 'aside section:has(details) form'],
}

/**
 * Of 255, by which one channel of a pixel may differ. Where Chromium paints a part of a picture anew, the edges of round
 * corners come out up to 2 lighter or darker than in one go; of signs, whose ink is dark on light, some pixel is wholly dark.
 */
const sameShade = 24

/** Shows each tower in each place. → what is painted over */
export async function paintedOver(browser: Browser, page: Page): Promise<readonly string[]> {
  const found: string[] = []
  // A page without the policy of the other, to measure pictures in.
  const easel = await browser.newPage()
  const towers = await page.evaluate(() => [...globalThis.hostile.towers])
  for (const [name, selectors] of Object.entries(neighbours)) {
    await page.evaluate((place) => globalThis.hostile.open(place), name)
    const before = await picturesBeside(page, name, 'Mallory', selectors)
    for (const tower of towers) {
      const after = await picturesBeside(page, name, tower, selectors)
      for (const [at, selector] of selectors.entries()) {
        const difference = await differenceOf(easel, [before[at] ?? '', after[at] ?? ''])
        if (difference > sameShade)
          found.push(`${name}: ${selector} is painted over, by ${difference}: ${JSON.stringify(tower)}`)
      }
    }
  }
  await easel.close()
  return found
}

/** A text in a place, and what stands beside it, as PNG in base64. */
async function picturesBeside(
  page: Page,
  name: string,
  text: string,
  selectors: readonly string[],
): Promise<readonly string[]> {
  await page.evaluate(([place, shown]) => globalThis.hostile.stand(place, shown), [name, text] as const)
  const pictures: string[] = []
  for (const selector of selectors) {
    const picture = await page.locator(selector).screenshot({ animations: 'disabled' })
    pictures.push(picture.toString('base64'))
  }
  return pictures
}

/** By how much the most different pixels of two pictures differ; all there is where their sizes do. */
function differenceOf(easel: Page, pictures: readonly [string, string]): Promise<number> {
  const [one, other] = pictures
  if (one === other) return Promise.resolve(0)
  return easel.evaluate(async (both) => {
    const [left, right] = await Promise.all(
      both.map(async (base64) => {
        const image = new Image()
        image.src = `data:image/png;base64,${base64}`
        await image.decode()
        const { width, height } = image
        const canvas = new OffscreenCanvas(width, height).getContext('2d')
        canvas?.drawImage(image, 0, 0)
        return { size: `${width} ${height}`, data: canvas?.getImageData(0, 0, width, height).data ?? [] }
      }),
    )
    if (left === undefined || right === undefined || left.size !== right.size) return 255
    let most = 0
    for (const [at, shade] of left.data.entries())
      most = Math.max(most, Math.abs(shade - (right.data[at] ?? 0)))
    return most
  }, pictures)
}
