/** Short notices at the edge: what happened, at times with a way to undo it. */

/** Shown at once; one more pushes out the oldest. */
const maxToasts = 3
const lifetimeMs = 6_000
/** Long enough to read two sentences and decide. */
const actionLifetimeMs = 10_000

export interface ToastAction {
  readonly label: string
  readonly run: () => void
}

export interface Toast {
  readonly id: number
  readonly text: string
  readonly tone: 'plain' | 'danger'
  readonly action: ToastAction | null
}

export class Toasts {
  list: readonly Toast[] = $state.raw([])
  #next = 1

  show(text: string, { tone = 'plain', action = null }: Partial<Pick<Toast, 'tone' | 'action'>> = {}): void {
    const id = this.#next++
    this.list = [...this.list, { id, text, tone, action }].slice(-maxToasts)
    setTimeout(() => this.dismiss(id), action === null ? lifetimeMs : actionLifetimeMs)
  }

  dismiss(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id)
  }
}
