// A place in the page that shows what somebody else wrote: how one gets there, how the text does, what stands around it.
import { tick } from 'svelte'
import type { App } from '../../src/state/app.svelte.ts'
import { ids, maxNameChars, said, sayNothing } from './stage.ts'

export interface Place {
  readonly name: string
  /** From the list of conversations, with nothing else open. */
  readonly open: (app: App) => void | Promise<void>
  readonly show: (text: string, app: App) => void | Promise<void>
  /** Holds the text, and may not scroll sideways. */
  readonly box: string
  /** Where the text is found, if not in the box: a field, or what is read out only. */
  readonly shownIn?: string
  /** Stand around it and stay where they are, uncovered. */
  readonly still: readonly string[]
  /** May move down, and stay uncovered. */
  readonly near?: readonly string[]
  /** Rows here are measured by the list in the next frame. */
  readonly isMeasured?: true
}

const maxWaitMs = 10_000

/** Waits for a state of the page. What never comes is found by what is looked for in the place. */
export async function until(isReady: () => boolean): Promise<void> {
  const endMs = performance.now() + maxWaitMs
  await tick()
  while (!isReady() && performance.now() < endMs) {
    await new Promise((resolve) => setTimeout(resolve))
    await tick()
  }
}

/** Presses what somebody would press to get there. */
export async function press(selector: string): Promise<void> {
  await until(() => document.querySelector(selector) !== null)
  document.querySelector<HTMLElement>(selector)?.click()
}

/** As much of a text as a name may be. */
export const named = (text: string): string => text.slice(0, maxNameChars)

/** To the list of conversations, with nothing else open and nothing said. */
export async function toList(app: App): Promise<void> {
  const { place } = app
  // Steps back are taken by the browser, after a while.
  const hasArrived = (): boolean => {
    const at = history.state as { space?: unknown; side?: unknown } | null
    return at?.space === place.space && at.side === place.side
  }
  app.dialog = null
  app.toasts.list = []
  place.closeSide()
  await until(hasArrived)
  place.closeSpace()
  await until(hasArrived)
  app.drafts?.set(ids.space, '')
  sayNothing()
  void app.rename('')
  await tick()
}

export async function toTalk(app: App): Promise<void> {
  app.place.open(ids.space)
  await until(() => app.conversation?.window.isLoaded === true)
}

export function toDetails(app: App): Promise<void> {
  app.place.open(ids.space)
  app.place.show('details')
  return until(() => document.querySelector('aside header') !== null)
}

/** Others are in the group, or the same by other names. */
export function meet(app: App, members: typeof said.members): Promise<void> {
  said.members = members
  return app.conversation?.members.load() ?? Promise.resolve()
}
