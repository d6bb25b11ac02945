/** The present minute, for labels that grow old: "Today" becomes "Yesterday" at midnight, also in an open page. */

const tickMs = 30_000

class Clock {
  nowMs: number = $state(Date.now())

  constructor() {
    setInterval(() => (this.nowMs = Date.now()), tickMs)
  }
}

export const clock: { readonly nowMs: number } = new Clock()
