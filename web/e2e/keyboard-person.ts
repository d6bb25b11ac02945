// Somebody who uses no pointer: everything is reached by Tab and done by keys.
import { expect, type Locator } from '@playwright/test'
import type { BrowserPerson } from './browser-person.ts'

/** More presses of Tab than any screen has places. */
const mostPlaces = 60

export class KeyboardPerson {
  readonly person: BrowserPerson

  constructor(person: BrowserPerson) {
    this.person = person
  }

  async press(key: string): Promise<void> {
    await this.person.page.keyboard.press(key)
  }

  async type(text: string): Promise<void> {
    await this.person.page.keyboard.type(text)
  }

  /** Goes there by Tab. Fails where no number of presses leads there, or where the place shows no focus. */
  async reach(target: Locator): Promise<void> {
    await expect(target).toBeVisible()
    for (let presses = 0; presses < mostPlaces; presses++) {
      if (await target.evaluate((element) => element === document.activeElement)) {
        expect(await target.evaluate(showsFocus), `${String(target)} shows its focus`).toBe(true)
        return
      }
      await this.press('Tab')
    }
    throw new Error(`Tab does not lead to ${String(target)}.`)
  }

  async introduce(): Promise<void> {
    const { page, name } = this.person
    await this.reach(page.getByRole('textbox', { name: 'Your name' }))
    await this.type(name)
    await this.press('Enter')
  }

  /** Makes a group and copies the link of its invite. */
  async createGroup(name: string): Promise<string> {
    const { page } = this.person
    await this.reach(page.getByRole('main').getByRole('button', { name: 'Create a group' }))
    await this.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Create a group' })
    await this.reach(dialog.getByRole('textbox', { name: 'Name of the group' }))
    await this.type(name)
    await this.press('Enter')
    const invite = page.getByRole('dialog', { name: `Invite to ${name}` })
    await this.reach(invite.getByRole('button', { name: 'Copy link' }))
    await this.press('Enter')
    await expect(invite.getByRole('button', { name: 'Copied' })).toBeVisible()
    await this.press('Escape')
    await expect(invite).toHaveCount(0)
    return page.evaluate(() => navigator.clipboard.readText())
  }

  /** Accepts the invite that stands open. */
  async join(group: string): Promise<void> {
    const { page } = this.person
    const dialog = page.getByRole('dialog', { name: 'Join with a link' })
    await this.reach(dialog.getByRole('button', { name: 'Join', exact: true }))
    await this.press('Enter')
    await expect(page.getByRole('main').getByRole('heading', { name: group })).toBeVisible({
      timeout: 30_000,
    })
  }

  async say(text: string): Promise<void> {
    await this.reach(this.person.composer)
    await this.type(text)
    await this.press('Enter')
  }
}

/** Runs in the page. A place shows its focus by a line around it, or the part of the screen it fills by one along its edge. */
function showsFocus(place: Element): boolean {
  if (getComputedStyle(place).outlineStyle !== 'none') return true
  for (let around = place.parentElement; around !== null; around = around.parentElement)
    if (getComputedStyle(around).boxShadow.includes('inset')) return true
  return false
}
