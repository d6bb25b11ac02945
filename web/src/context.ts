/** How screens and components reach the state of the page. */
import { createContext } from 'svelte'
import type { App } from './state/app.svelte.ts'

const [get, set] = createContext<App>()

export const getApp: () => App = get
export const setApp: (app: App) => App = set
