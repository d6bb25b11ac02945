/**
 * How long to wait before trying again. Waits double and are jittered by half, so that many clients that lost the same
 * relay do not return together.
 */

/** The steps of one kind of retry, in milliseconds. */
export interface BackoffSteps {
  readonly firstMs: number
  /** Longest wait while the trouble is young. */
  readonly maxMs: number
  /** Attempts after which only `restMs` is waited. */
  readonly patience: number
  readonly restMs: number
}

/** A relay that comes back within five minutes is found again within 8 s; one away for longer within 30 s. */
export const relayBackoff: BackoffSteps = { firstMs: 1_000, maxMs: 8_000, patience: 40, restMs: 30_000 }
/** A relay that refuses a reservation is full; asking it often does not help. */
export const reservationBackoff: BackoffSteps = {
  firstMs: 2_000,
  maxMs: 30_000,
  patience: 40,
  restMs: 60_000,
}
/** From a circuit to a direct connection: 30 s up to 10 min. */
export const upgradeBackoff: BackoffSteps = {
  firstMs: 30_000,
  maxMs: 600_000,
  patience: Number.POSITIVE_INFINITY,
  restMs: 600_000,
}

/** The wait after `attempt` failures (0 is the first), between half and all of its step. `random` is in [0, 1). */
export function backoffMs(steps: BackoffSteps, attempt: number, random: number): number {
  const stepMs =
    attempt >= steps.patience
      ? steps.restMs
      : Math.min(steps.maxMs, steps.firstMs * 2 ** Math.min(attempt, 30))
  return Math.round(stepMs * (0.5 + random / 2))
}
