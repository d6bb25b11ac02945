/** Which epoch this device seals under, and the epoch it makes when there is none: the send rule put to work. Section 7. */
import { run } from '@kith/crypto'
import type { Engine } from '@kith/crypto'
import {
  chooseEpoch,
  deriveEpochKeys,
  exposures,
  isInPast,
  makeDerivedEpoch,
  makeFreshEpoch,
  nextEpochDepth,
} from '@kith/protocol'
import type { EpochChoice, EpochKeys, EpochReason, MadeEpoch } from '@kith/protocol'
import { replacedEpochs } from './replaced-epochs.ts'
import type { Draft } from '../space/drafts.ts'
import type { Space } from '../space/space.ts'

/** What the send rule says now. */
export function sendChoice(space: Space): EpochChoice {
  const { graph } = space.state
  return chooseEpoch({
    state: space.membership,
    isInPast: (ancestor, of) => isInPast(graph, ancestor, [of]),
    exposures: exposures(graph),
    held: new Set(space.keyring.held.keys()),
    bad: space.keyring.bad,
  })
}

/**
 * Hashes of the wrap pages this device lacks. Not those of epochs before a fresh one that it holds: what comes under them
 * comes by sync as well, and they are deleted in time, here as elsewhere.
 */
export function missingPages(space: Space): readonly Uint8Array[] {
  return space.keyring.missingPages(space.membership.epochs.values(), replacedEpochs(space))
}

/** The keys to seal content under now, or null where an epoch must be made or asked for first. */
export function sendingKeys(space: Space): EpochKeys | null {
  const choice = sendChoice(space)
  return choice.do === 'send' ? (space.keyring.held.get(choice.epoch) ?? null) : null
}

/** The epoch event to post before the next send: none where the rule finds one to send under. */
export async function epochDrafts(space: Space, engine: Engine): Promise<readonly Draft[]> {
  const choice = sendChoice(space)
  if (choice.do === 'send') return []
  if (choice.do === 'derive') {
    const parent = space.keyring.held.get(choice.parent)
    if (parent !== undefined) return [await derivedDraft(space, engine, parent, choice.for)]
  }
  return [await freshDraft(space, engine, choice.do === 'fresh' ? choice.reason : 'requested')]
}

/** A fresh epoch for every member with a usable key. */
export async function freshDraft(space: Space, engine: Engine, reason: EpochReason): Promise<Draft> {
  const { members, ueks } = space.membership
  const recipients = [...members.keys()].flatMap((user) => {
    const uek = ueks.get(user)
    return uek?.usable === true ? [{ user, uekPk: uek.pk }] : []
  })
  const made = await run(
    engine,
    makeFreshEpoch(
      { space: space.id, device: space.own.device, pastDepth: pastDepth(space), reason, recipients },
      space.env,
    ),
  )
  return draftOf(space, engine, made)
}

async function derivedDraft(
  space: Space,
  engine: Engine,
  parent: EpochKeys,
  users: Extract<EpochChoice, { do: 'derive' }>['for'],
): Promise<Draft> {
  const { ueks } = space.membership
  const newcomers = users.flatMap((user) => {
    const uek = ueks.get(user)
    return uek === undefined ? [] : [{ user, uekPk: uek.pk }]
  })
  const made = await run(
    engine,
    makeDerivedEpoch(
      {
        space: space.id,
        device: space.own.device,
        pastDepth: pastDepth(space),
        reason: 'join',
        parent,
        newcomers,
      },
      space.env,
    ),
  )
  return draftOf(space, engine, made)
}

function draftOf(space: Space, engine: Engine, made: MadeEpoch): Draft {
  return {
    content: made.content,
    pages: made.pages,
    async keysFor(eid) {
      const { commit, nonce16 } = made.content
      const keys = await run(
        engine,
        deriveEpochKeys({ eid, commit, space: space.id, nonce16, seed: made.seed, topic32: made.topic32 }),
      )
      if (!keys.ok) throw new TypeError('an epoch made here fits its own commitment')
      return keys.value
    },
  }
}

function pastDepth(space: Space): number {
  return nextEpochDepth(space.state.graph, space.membership.heads) - 1
}
