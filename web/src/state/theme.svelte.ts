/** Light, dark, or as the device has it; remembered in this browser. */
import { readSetting, writeSetting } from './settings.ts'

export type ThemeChoice = 'system' | 'light' | 'dark'

export const themeChoices: readonly ThemeChoice[] = ['system', 'light', 'dark']

export class Theme {
  choice: ThemeChoice = $state('system')
  readonly #root: HTMLElement

  constructor(root: HTMLElement) {
    this.#root = root
    const stored = readSetting('theme')
    this.choose(themeChoices.find((choice) => choice === stored) ?? 'system')
  }

  choose(choice: ThemeChoice): void {
    this.choice = choice
    writeSetting('theme', choice)
    if (choice === 'system') delete this.#root.dataset['theme']
    else this.#root.dataset['theme'] = choice
  }
}
