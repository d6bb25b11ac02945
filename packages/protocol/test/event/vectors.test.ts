import { readFile } from 'node:fs/promises'
import { ask, derive, labels } from '@kith/crypto'
import { describe, expect, it } from 'vitest'
import { decodeEvent, encodeEvent } from '../../src/event/codec.ts'
import { dmGenesis } from '../../src/event/dm-genesis.ts'
import { sealEvent, sealPayload, sealedId } from '../../src/event/sealed.ts'
import { eventTypes } from '../../src/event/types.ts'
import type { EventTypeName } from '../../src/event/types.ts'
import { spaceOf } from '../../src/event/event.ts'
import type { VerifiedEvent } from '../../src/event/event.ts'
import { verifyEvent } from '../../src/event/verification.ts'
import { formatHex, parseHex, toId } from '../../src/ids.ts'
import type { Eid } from '../../src/ids.ts'
import { addDevice, alice, bob, bytesFor, compose, deviceFor, env, fixedEnv, go, space } from './cast.ts'
import { contents, inviteKey } from './contents.ts'

/** What stands in the file; a change of it is a change of the protocol. */
interface EventVector {
  readonly type: string
  readonly eid: string
  readonly event: string
}

async function makeEvents(): Promise<readonly [string, VerifiedEvent][]> {
  const made: [string, VerifiedEvent][] = [
    ['genesis of an identity', alice.genesis],
    ['genesis of a group', await compose(alice, contents.genesis[1]!, { space: null, auth: [] })],
    ['deviceAdd', await addDevice(alice, deviceFor('Alice/second'))],
  ]
  for (const name of Object.keys(eventTypes) as EventTypeName[]) {
    if (name === 'genesis' || name === 'deviceAdd') continue
    const wrapPage = name === 'epoch' ? { wrapPage: bytesFor('page', 80) } : {}
    made.push([
      name,
      await compose(alice, contents[name][0]!, { inviteKey: inviteKey.publicKey, ...wrapPage }),
    ])
  }
  return made
}

const made = await makeEvents()

describe('frozen bytes', () => {
  it('of an event of every type stay the same', async () => {
    const vectors: EventVector[] = made.map(([type, event]) => ({
      type,
      eid: event.eid,
      event: formatHex(encodeEvent(event)),
    }))
    await expect(JSON.stringify(vectors, null, 2) + '\n').toMatchFileSnapshot('../vectors/events.json')
  })

  it('are read as the events they are, and are authentic', async () => {
    const file = await readFile(new URL('../vectors/events.json', import.meta.url), 'utf8')
    const vectors = JSON.parse(file) as readonly EventVector[]
    expect(vectors).toHaveLength(Object.keys(eventTypes).length + 1)
    for (const { type, eid, event } of vectors) {
      const decoded = decodeEvent(parseHex(event)!, env)
      if (!decoded.ok) throw new Error(`${type}: ${decoded.reason}`)
      expect(decoded.value.eid).toBe(eid)
      const verified = await go(verifyEvent(decoded.value, { env, inviteKey: () => inviteKey.publicKey }))
      expect(verified.ok, type).toBe(true)
    }
  })

  it('of the sealed form stay the same', async () => {
    const secret = bytesFor('epoch secret')
    const [hintKey] = await go(ask([derive({ secret, label: labels.hintKey })]))
    const keys = { space, epoch: toId<Eid>(bytesFor('epoch')), secret, hintKey }
    const event = encodeEvent(made.find(([type]) => type === 'text')![1])
    const sealed = await go(sealEvent(keys, event, fixedEnv('seal')))
    const ephemeral = await go(sealPayload('ephemeral', keys, bytesFor('long', 1500), fixedEnv('seal long')))
    const vectors = [sealed, ephemeral].map((bytes) => ({
      space,
      epoch: keys.epoch,
      secret: formatHex(secret),
      sealed: formatHex(bytes),
      sid: formatHex(sealedId(env, bytes)),
    }))
    await expect(JSON.stringify(vectors, null, 2) + '\n').toMatchFileSnapshot('../vectors/sealed.json')
  })
})

describe('the genesis of a dm', () => {
  const genesis = dmGenesis(alice.user, bob.user, env)

  it('is the same for both users, in whichever order they are named', () => {
    expect(dmGenesis(bob.user, alice.user, env)).toEqual(genesis)
    expect(genesis.content).toEqual({ type: 'genesis', kind: 'dm', users: [alice.user, bob.user].sort() })
    expect(spaceOf(genesis)).toBe(genesis.eid)
  })

  it('keeps its frozen id', async () => {
    const vector = { users: [alice.user, bob.user].sort(), space: genesis.eid }
    await expect(JSON.stringify(vector, null, 2) + '\n').toMatchFileSnapshot('../vectors/dm.json')
  })

  it('is never read from the wire', () => {
    expect(decodeEvent(encodeEvent(genesis), env).ok).toBe(false)
    expect(() => dmGenesis(alice.user, alice.user, env)).toThrow(
      expect.objectContaining({ code: 'dm-with-oneself' }),
    )
  })
})
