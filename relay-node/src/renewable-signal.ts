// The end of a reservation as an abort signal that can be put off any number of times.
import type { RelayReservation } from '@libp2p/circuit-relay-v2'

/** An abort signal that fires `ms` after its making or its latest `reset`, and not at all after `clear`. */
export function renewableSignal(ms: number): RelayReservation['signal'] {
  const controller = new AbortController()
  const arm = (afterMs: number) => setTimeout(() => controller.abort(), Math.max(0, afterMs)).unref()
  let timer = arm(ms)
  return Object.assign(controller.signal, {
    reset: (afterMs = ms) => {
      clearTimeout(timer)
      timer = arm(afterMs)
    },
    clear: () => clearTimeout(timer),
  })
}
