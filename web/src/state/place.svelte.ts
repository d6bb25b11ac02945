/** Where in the page a person is. Each step is one in the browser's history, so that the back gesture goes back. */

export type Side = 'details' | 'connections'

interface Spot {
  readonly space: string | null
  readonly side: Side | null
}

const home: Spot = { space: null, side: null }

export class Place {
  #spot: Spot = $state.raw(home)
  readonly space: string | null = $derived(this.#spot.space)
  readonly side: Side | null = $derived(this.#spot.side)
  /** Steps taken in this page, so that going back never leaves it. */
  #depth = 0

  constructor() {
    history.replaceState(home, '')
    globalThis.addEventListener('popstate', (event) => {
      this.#depth = Math.max(0, this.#depth - 1)
      this.#spot = isSpot(event.state) ? event.state : home
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
    this.#spot = spot
    this.#depth++
    history.pushState(spot, '')
  }

  /** Back where the step before this one leads there, else forward to the same place. */
  #back(spot: Spot): void {
    this.#spot = spot
    if (this.#depth > 0) this.#depth++
    history.pushState(spot, '')
  }
}

function isSpot(state: unknown): state is Spot {
  return typeof state === 'object' && state !== null && 'space' in state && 'side' in state
}
