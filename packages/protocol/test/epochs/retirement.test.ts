import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { replacedEpochLifetimeMs, retiredEpochs } from '../../src/epochs/retirement.ts'
import type { EpochLink } from '../../src/epochs/retirement.ts'
import type { Eid } from '../../src/ids.ts'
import { eid } from './cast.ts'

const nowMs = 10 * replacedEpochLifetimeMs
const longAgo = nowMs - replacedEpochLifetimeMs

/** Epochs drawn by hand, each with the epochs in its past. */
class Drawing {
  readonly epochs: EpochLink[] = []
  readonly effective = new Set<Eid>()
  readonly heldSinceMs = new Map<Eid, number>()
  readonly #pasts = new Map<Eid, ReadonlySet<Eid>>()

  fresh(number: number, cites: readonly Eid[], sinceMs: number | null = longAgo): Eid {
    return this.#draw(number, null, cites, sinceMs)
  }

  derived(number: number, parent: Eid, cites: readonly Eid[] = [], sinceMs: number | null = longAgo): Eid {
    return this.#draw(number, parent, [parent, ...cites], sinceMs)
  }

  isInPast(ancestor: Eid, of: Eid): boolean {
    return this.#pasts.get(of)?.has(ancestor) === true
  }

  retired(): readonly Eid[] {
    const isInPast = (ancestor: Eid, of: Eid): boolean => this.isInPast(ancestor, of)
    return retiredEpochs({ ...this, isInPast, nowMs })
  }

  #draw(number: number, parent: Eid | null, cites: readonly Eid[], sinceMs: number | null): Eid {
    const id = eid(number)
    const past = new Set(cites.flatMap((cited) => [cited, ...(this.#pasts.get(cited) ?? [])]))
    const depths = this.epochs.filter((each) => past.has(each.eid)).map(({ depth }) => depth)
    const mode = parent === null ? ('fresh' as const) : ('derived' as const)
    this.epochs.push({ eid: id, mode, parent, depth: 1 + Math.max(0, ...depths) })
    this.#pasts.set(id, past)
    this.effective.add(id)
    if (sinceMs !== null) this.heldSinceMs.set(id, sinceMs)
    return id
  }
}

describe('retired epochs', () => {
  it('are those before a fresh one that was held for thirty days, to the millisecond', () => {
    const drawing = new Drawing()
    const old = drawing.fresh(1, [])
    const derived = drawing.derived(2, old)
    const never = drawing.fresh(3, [old], null)
    const current = drawing.fresh(4, [derived, never], longAgo + 1)
    expect(drawing.retired()).toEqual([])
    drawing.heldSinceMs.set(current, longAgo)
    expect(drawing.retired()).toEqual([old, derived, never])
  })

  it('are not those that only a derived one follows, nor one that is not held or void', () => {
    const drawing = new Drawing()
    const [first, beside] = [drawing.fresh(1, []), drawing.fresh(5, [])]
    drawing.derived(2, first, [beside])
    drawing.fresh(3, [first], null)
    drawing.effective.delete(drawing.fresh(4, [first]))
    expect(drawing.retired()).toEqual([])
  })

  it('are not what one that stays derives from, however far back', () => {
    const drawing = new Drawing()
    const first = drawing.fresh(1, [])
    const second = drawing.derived(2, first)
    const third = drawing.fresh(3, [second])
    // Somebody derives without knowing of the third.
    drawing.derived(4, second)
    expect(drawing.retired()).toEqual([])
    drawing.fresh(5, [third, eid(4)])
    expect(drawing.retired()).toEqual([first, second, third, eid(4)])
  })

  it('are void ones too, once they are no deeper than what replaced them', () => {
    const drawing = new Drawing()
    const first = drawing.fresh(1, [])
    const unsound = drawing.fresh(2, [first])
    drawing.effective.delete(unsound)
    drawing.fresh(3, [first])
    expect(drawing.retired()).toEqual([first])
    drawing.fresh(4, [eid(3)])
    expect(drawing.retired()).toEqual([first, unsound, eid(3)])
  })

  it('never leave a device without a frontier epoch or its ancestors, and stay retired', () => {
    const step = fc.record({
      cites: fc.array(fc.nat(5), { maxLength: 3 }),
      derives: fc.boolean(),
      heldDays: fc.option(fc.nat(60)),
      isVoid: fc.integer({ min: 0, max: 5 }).map((roll) => roll === 0),
    })
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 20 }), (steps) => {
        const drawing = new Drawing()
        let before: readonly Eid[] = []
        steps.forEach(({ cites, derives, heldDays, isVoid }, place) => {
          const sound = drawing.epochs
            .filter((each) => drawing.effective.has(each.eid))
            .map((each) => each.eid)
          const cited = cites.flatMap((back) => sound.at(-1 - back) ?? [])
          const sinceMs = heldDays === null ? null : nowMs - heldDays * 24 * 60 * 60 * 1000
          const [parent] = cited
          const made =
            derives && parent !== undefined
              ? drawing.derived(place + 1, parent, cited, sinceMs)
              : drawing.fresh(place + 1, cited, sinceMs)
          if (isVoid) drawing.effective.delete(made)
          const retired = new Set(drawing.retired())
          const isFrontier = ({ eid: id }: EpochLink): boolean =>
            drawing.effective.has(id) &&
            !sound.concat(made).some((later) => drawing.effective.has(later) && drawing.isInPast(id, later))
          for (const each of drawing.epochs.filter(isFrontier)) {
            for (let id: Eid | null = each.eid; id !== null;) {
              expect(retired.has(id)).toBe(false)
              id = drawing.epochs.find((one) => one.eid === id)?.parent ?? null
            }
          }
          // One that is derived from keeps its parents for as long as it stays.
          if (made !== null && !derives) for (const id of before) expect(retired.has(id)).toBe(true)
          before = [...retired]
        })
      }),
    )
  })
})
