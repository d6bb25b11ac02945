/**
 * Where in the page a person is. Each step is one in the browser's history, so that the back gesture goes back, and a
 * page that is loaded again is where it was.
 */

export type Side = 'details' | 'connections'

interface Spot {
  readonly space: string | null
  readonly side: Side | null
}

interface Step extends Spot {
  /** Steps taken before it in this page. */
  readonly depth: number
}

const home: Step = { space: null, side: null, depth: 0 }

export class Place {
  #step: Step = $state.raw(home)
  readonly space: string | null = $derived(this.#step.space)
  readonly side: Side | null = $derived(this.#step.side)
  /** The steps up to this one, by depth. */
  readonly #trail: Step[] = []

  constructor() {
    const kept = isSpot(history.state) ? { ...history.state, depth: 0 } : home
    this.#stay(kept)
    globalThis.addEventListener('popstate', ({ state }) => {
      this.#step = isStep(state) ? state : home
      this.#trail[this.#step.depth] = this.#step
    })
  }

  open(space: string): void {
    if (space !== this.space) this.#go({ space, side: this.side === 'details' ? 'details' : null })
  }

  show(side: Side): void {
    if (side !== this.side) this.#go({ space: this.space, side })
  }

  toggle(side: Side): void {
    if (side === this.side) this.closeSide()
    else this.show(side)
  }

  closeSide(): void {
    if (this.side !== null) this.#back({ space: this.space, side: null })
  }

  closeSpace(): void {
    if (this.space !== null) this.#back(home)
  }

  #go(spot: Spot): void {
    const step = { ...spot, depth: this.#step.depth + 1 }
    this.#step = step
    this.#trail[step.depth] = step
    history.pushState(step, '')
  }

  /** Back where the step before this one is the place wanted, else there without another step. */
  #back(spot: Spot): void {
    const before = this.#trail[this.#step.depth - 1]
    if (before?.space === spot.space && before.side === spot.side) {
      this.#step = before
      history.back()
    } else this.#stay({ ...spot, depth: this.#step.depth })
  }

  #stay(step: Step): void {
    this.#step = step
    this.#trail[step.depth] = step
    history.replaceState(step, '')
  }
}

function isSpot(state: unknown): state is Spot {
  return typeof state === 'object' && state !== null && 'space' in state && 'side' in state
}

function isStep(state: unknown): state is Step {
  return isSpot(state) && 'depth' in state && typeof state.depth === 'number'
}
