/** Real browsers for tests: `@kith/testing/browser`. */
export { chromiumLaunch, findChromium, noChromium } from './chromium.ts'
export { startChromiumProcess } from './chromium-process.ts'
export type { ChromiumProcess } from './chromium-process.ts'
export { buildPage, openChromium, servePage } from './page.ts'
export type { BuiltPage, ServedPage } from './page.ts'
