/** The page's beginning. The messenger is loaded after the first paint, which needs none of it. */
import { mount } from 'svelte'
import AppView from './App.svelte'
import { App } from './state/app.svelte.ts'
import { isKnown } from './state/known.ts'
import { keptLink, takeLink } from './state/kept-link.ts'
import { Theme } from './state/theme.svelte.ts'
import { chooseWording } from './state/wording.ts'
import './styles/tokens.css'
import './styles/base.css'

const link = takeLink() ?? keptLink()
const profile =
  new URLSearchParams(location.search).get('profile')?.replaceAll(/[^a-z0-9-]/gi, '') || 'default'
// Not awaited at the top: what is loaded later could then share nothing with this module.
void begin()

async function begin(): Promise<void> {
  const root = document.documentElement
  const wording = await chooseWording(location.search, root)
  const isSomebodyKnown = await isKnown(profile)
  const app = new App({ wording, theme: new Theme(root), profile, isKnown: isSomebodyKnown, link })
  globalThis.addEventListener('hashchange', () => {
    const later = takeLink()
    if (later === null) return
    if (app.phase === 'ready') app.dialog = { kind: 'join', link: later }
    else app.link = later
  })
  mount(AppView, { target: document.getElementById('app') ?? document.body, props: { app } })
  requestAnimationFrame(() => setTimeout(() => void app.start()))
}
