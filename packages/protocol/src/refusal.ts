/** Outcomes that a peer can cause are values: a success, or a refusal with a stable reason. */

export interface Refusal<Reason extends string = string> {
  readonly ok: false
  readonly reason: Reason
}

export type Result<Value, Reason extends string = string> =
  { readonly ok: true; readonly value: Value } | Refusal<Reason>

/** A success. */
export function accept<Value>(value: Value): { readonly ok: true; readonly value: Value } {
  return { ok: true, value }
}

/** A refusal. */
export function refuse<Reason extends string>(reason: Reason): Refusal<Reason> {
  return { ok: false, reason }
}
