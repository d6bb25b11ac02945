// Every screen as a picture, narrow and wide, light and dark, and from right to left. KITH_SCREENS names the folder they are
// written to; check:first-run names docs/screens. The languages come from the catalogue, so that what is pressed is what is read.
import { english, wordingOf } from '@kith/wording/page'
import { pseudoCatalogue } from '@kith/wording/pseudo'
import type { Page } from '@playwright/test'
import { join } from 'node:path'
import type { BrowserPerson } from './browser-person.ts'
import { expect, test } from './world.ts'
import type { World } from './world.ts'

interface Look {
  readonly name: string
  readonly viewport: { readonly width: number; readonly height: number }
  readonly colorScheme: 'light' | 'dark'
  /** Name of the language. */
  readonly locale: string
}

const narrow = { width: 360, height: 740 }
const wide = { width: 1280, height: 800 }
const looks: readonly Look[] = [
  { name: '360-light', viewport: narrow, colorScheme: 'light', locale: 'en' },
  { name: '360-dark', viewport: narrow, colorScheme: 'dark', locale: 'en' },
  { name: '360-right-to-left', viewport: narrow, colorScheme: 'light', locale: 'qps-plocm' },
  { name: '1280-light', viewport: wide, colorScheme: 'light', locale: 'en' },
  { name: '1280-dark', viewport: wide, colorScheme: 'dark', locale: 'en' },
  { name: '1280-right-to-left', viewport: wide, colorScheme: 'light', locale: 'qps-plocm' },
]

/** One person in one look, who photographs what they come across. */
class Photographer {
  readonly page: Page
  readonly sentence: ReturnType<typeof wordingOf>['sentence']
  readonly #look: Look
  readonly #folder: string
  readonly #person: BrowserPerson

  constructor(person: BrowserPerson, look: Look, folder: string) {
    this.page = person.page
    this.sentence = wordingOf(pseudoCatalogue(english, look.locale)).sentence
    this.#person = person
    this.#look = look
    this.#folder = folder
  }

  async take(screen: string): Promise<void> {
    await expect.poll(() => this.page.locator('body').innerText(), 'something is there').not.toBe('')
    await this.page.evaluate(() => Promise.all(document.getAnimations().map(({ finished }) => finished)))
    const path = join(this.#folder, `${screen}-${this.#look.name}.png`)
    await this.page.screenshot({ path, caret: 'hide' })
    const overflowPx = await this.page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    )
    expect.soft(overflowPx, `${screen} in ${this.#look.name} scrolls sideways`).toBe(0)
    await this.#person.inspect(`${screen} in ${this.#look.name}`)
  }

  async asksForName(): Promise<void> {
    await expect(this.page.getByRole('textbox', { name: this.sentence('web.start.name') })).toBeVisible()
  }

  async press(
    code: 'web.home.create' | 'web.create.go' | 'web.close' | 'web.start.go' | 'web.join.go',
  ): Promise<void> {
    await this.page
      .getByRole('button', { name: this.sentence(code), exact: true })
      .filter({ visible: true })
      .last()
      .click()
  }

  async write(code: 'web.start.name' | 'web.create.name', text: string): Promise<void> {
    await this.page.getByRole('textbox', { name: this.sentence(code) }).fill(text)
  }
}

for (const look of looks) {
  test(`every screen, ${look.name}`, async ({ world }, testInfo) => {
    const folder = process.env['KITH_SCREENS'] ?? testInfo.outputPath('screens')
    const { alice, photos } = await firstScreens(world, look, folder)
    const { page, sentence } = photos
    const link = await page.getByRole('textbox', { name: sentence('web.invite.link') }).inputValue()
    await photos.press('web.close')
    await photos.take('conversation-alone')

    const bob = await world.browser('Bob', { link, ...options(look) })
    const guest = new Photographer(bob, look, folder)
    await guest.asksForName()
    await guest.take('first-run-invited')
    await guest.write('web.start.name', 'Bob')
    await guest.press('web.start.go')
    await expect(bob.page.getByRole('dialog')).toContainText('Walkers')
    await guest.take('joining')
    await guest.press('web.join.go')
    await converse(world, guest, photos, link)
    await photos.take('conversation')
    await places(photos)
    const second = await alice.context.newPage()
    await second.goto(`${world.origin}/?locale=${look.locale}`)
    await expect(second.getByRole('heading', { name: sentence('web.elsewhere.title') })).toBeVisible()
    await second.screenshot({ path: join(folder, `elsewhere-${look.name}.png`) })
  })
}

function options({
  viewport,
  colorScheme,
  locale,
}: Look): Pick<Look, 'viewport' | 'colorScheme'> & { search: string } {
  return { viewport, colorScheme, search: `?locale=${locale}` }
}

/** The first start, up to the invite of a new group. */
async function firstScreens(
  world: World,
  look: Look,
  folder: string,
): Promise<{ readonly alice: BrowserPerson; readonly photos: Photographer }> {
  const alice = await world.browser('Alice', options(look))
  const photos = new Photographer(alice, look, folder)
  await photos.asksForName()
  await photos.take('first-run')
  await photos.write('web.start.name', 'Alice')
  await photos.press('web.start.go')
  await expect(alice.page.getByRole('heading', { name: photos.sentence('web.home.title') })).toBeVisible()
  await photos.take('home')
  await photos.press('web.home.create')
  await photos.write('web.create.name', 'Walkers')
  await photos.take('create')
  await photos.press('web.create.go')
  await expect(alice.page.getByRole('textbox', { name: photos.sentence('web.invite.link') })).toBeVisible()
  await photos.take('invite')
  return { alice, photos }
}

/** Something to look at: two in browsers and one on a terminal. */
async function converse(world: World, bob: Photographer, alice: Photographer, link: string): Promise<void> {
  const say = async ({ page, sentence }: Photographer, text: string): Promise<void> => {
    const composer = page.getByRole('textbox', { name: sentence('web.write.hint', { name: 'Walkers' }) })
    await composer.fill(text)
    await composer.press('Enter')
    for (const reader of [alice, bob])
      await expect(reader.page.getByRole('region').getByText(text, { exact: true })).toBeVisible()
  }
  await expect(bob.page.getByRole('main').getByRole('heading', { name: 'Walkers' })).toBeVisible()
  await say(bob, 'Thank you for letting me in. Where do we meet on Saturday?')
  await say(alice, 'At the old mill, nine o’clock')
  await say(
    alice,
    'Bring something warm: up on the ridge the wind is stronger than it looks from below, and we will be out until the evening.',
  )
  await say(bob, 'I will')
  const carol = await world.terminal('Carol')
  const space = await carol.join(link)
  await carol.request('message.send', { space, text: 'صباح الخير' })
  await expect(alice.page.getByRole('region').getByText('صباح الخير', { exact: true })).toBeVisible()
}

/** What opens from a conversation. */
async function places(photos: Photographer): Promise<void> {
  const { page, sentence } = photos
  await page.getByRole('button', { name: sentence('web.talk.details') }).click()
  await expect(page.getByRole('region', { name: sentence('web.details.title') })).toContainText('Bob')
  await photos.take('details')
  await page.keyboard.press('Escape')
  const narrowBack = page.getByRole('button', { name: sentence('web.back') })
  if (await narrowBack.isVisible()) await narrowBack.click()
  await photos.take('list')
  await page.getByRole('button', { name: sentence('web.you.menu') }).click()
  await photos.take('you')
  await page.keyboard.press('Escape')
  await page
    .getByRole('button', { name: sentence('web.net.open', { state: sentence('web.net.online') }) })
    .click()
  await expect(page.getByRole('region', { name: sentence('web.net.title') })).toContainText('Bob')
  await photos.take('connections')
}
