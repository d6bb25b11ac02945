/**
 * The language of the control socket: one JSON object per line. A client asks, cancels and subscribes; the process that
 * owns the data directory greets, answers and tells changes. Both directions are read strictly and within bounds.
 */
import type { NumberedChange } from '@kith/messenger'

/** Longest line either side takes, in bytes. */
export const maxLineBytes: number = 1024 * 1024
/** Number of this language; a client that reads another one in the greeting gives up. */
export const controlVersion = 1

export type ClientFrame =
  | { readonly kind: 'request'; readonly id: number; readonly request: string; readonly takes: unknown }
  | { readonly kind: 'cancel'; readonly id: number }
  | { readonly kind: 'subscribe' }

export type ServerFrame =
  | { readonly kind: 'greeting'; readonly version: number }
  | { readonly kind: 'result'; readonly id: number; readonly result: unknown }
  /** `id` is null where the frame it answers could not be read. */
  | { readonly kind: 'error'; readonly id: number | null; readonly code: string }
  | { readonly kind: 'change'; readonly change: NumberedChange }

export type Reading<Frame> =
  { readonly ok: true; readonly value: Frame } | { readonly ok: false; readonly reason: FrameRefusal }
export type FrameRefusal = 'not-json' | 'not-a-frame'

export function encodeClientFrame(frame: ClientFrame): string {
  switch (frame.kind) {
    case 'request':
      return line({ id: frame.id, request: frame.request, takes: frame.takes })
    case 'cancel':
      return line({ cancel: frame.id })
    case 'subscribe':
      return line({ subscribe: true })
  }
}

export function encodeServerFrame(frame: ServerFrame): string {
  switch (frame.kind) {
    case 'greeting':
      return line({ kith: frame.version })
    case 'result':
      return line({ id: frame.id, result: frame.result ?? null })
    case 'error':
      return line({ id: frame.id, error: { code: frame.code } })
    case 'change':
      return line({ change: frame.change })
  }
}

export function decodeClientFrame(text: string): Reading<ClientFrame> {
  const value = parse(text)
  if (value === undefined) return { ok: false, reason: 'not-json' }
  if (hasKeys(value, ['id', 'request', 'takes']) && isId(value['id']) && isName(value['request']))
    return accept({ kind: 'request', id: value['id'], request: value['request'], takes: value['takes'] })
  if (hasKeys(value, ['cancel']) && isId(value['cancel']))
    return accept({ kind: 'cancel', id: value['cancel'] })
  if (hasKeys(value, ['subscribe']) && value['subscribe'] === true) return accept({ kind: 'subscribe' })
  return { ok: false, reason: 'not-a-frame' }
}

export function decodeServerFrame(text: string): Reading<ServerFrame> {
  const value = parse(text)
  if (value === undefined) return { ok: false, reason: 'not-json' }
  if (hasKeys(value, ['kith']) && isId(value['kith']))
    return accept({ kind: 'greeting', version: value['kith'] })
  if (hasKeys(value, ['id', 'result']) && isId(value['id']))
    return accept({ kind: 'result', id: value['id'], result: value['result'] })
  if (hasKeys(value, ['id', 'error']) && (value['id'] === null || isId(value['id']))) {
    const error = value['error']
    if (hasKeys(error, ['code']) && isName(error['code']))
      return accept({ kind: 'error', id: value['id'], code: error['code'] })
  }
  if (hasKeys(value, ['change'])) {
    const change = value['change']
    if (hasKeys(change, ['number', 'change']) && isId(change['number']) && isTyped(change['change']))
      // The owner of the data directory is this same program: what a change holds is taken as it is.
      return accept({ kind: 'change', change: value['change'] as NumberedChange })
  }
  return { ok: false, reason: 'not-a-frame' }
}

/** Cuts what arrives into lines. Answers null, for ever, once a line is longer than `maxBytes`. */
export class LineCutter {
  readonly #maxBytes: number
  #parts: Buffer[] = []
  #held = 0
  #isOver = false

  constructor(maxBytes: number = maxLineBytes) {
    this.#maxBytes = maxBytes
  }

  push(chunk: Buffer): readonly string[] | null {
    const lines: string[] = []
    let rest = chunk
    for (let end = rest.indexOf(10); end >= 0 && !this.#isOver; end = rest.indexOf(10)) {
      this.#hold(rest.subarray(0, end))
      if (!this.#isOver) lines.push(Buffer.concat(this.#parts).toString('utf8'))
      this.#parts = []
      this.#held = 0
      rest = rest.subarray(end + 1)
    }
    if (!this.#isOver) this.#hold(rest)
    if (!this.#isOver) return lines
    this.#parts = []
    return null
  }

  #hold(part: Buffer): void {
    this.#held += part.length
    if (this.#held > this.#maxBytes) this.#isOver = true
    else if (part.length > 0) this.#parts.push(part)
  }
}

function line(value: unknown): string {
  return `${JSON.stringify(value)}\n`
}

function accept<Frame>(value: Frame): Reading<Frame> {
  return { ok: true, value }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function hasKeys<Key extends string>(value: unknown, keys: readonly Key[]): value is Record<Key, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return Object.keys(value).length === keys.length && keys.every((key) => Object.hasOwn(value, key))
}

function isId(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && /^[a-z][a-z.-]{0,63}$/.test(value)
}

function isTyped(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'type' in value && isName(value.type)
}
