/** A global setup of vitest: the tests in a page fail at once, and say what is missing, where there is no Chromium. */
import { findChromium, noChromium } from './chromium.ts'

export function setup(): void {
  if (findChromium() === null) throw new Error(noChromium)
}
