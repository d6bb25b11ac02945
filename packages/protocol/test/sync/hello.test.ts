import { labels, run, verify } from '@kith/crypto'
import type { SigningKey } from '@kith/crypto'
import { createNodeEngine } from '@kith/crypto/node'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { fromId, toId } from '../../src/ids.ts'
import type { DeviceId, Eid, UserId } from '../../src/ids.ts'
import { continueHello, dialerHello, listenerHello } from '../../src/sync/hello.ts'
import type { Acquaintance, HelloStart, HelloState, HelloStep } from '../../src/sync/hello.ts'
import { helloFrames } from '../../src/sync/hello-frames.ts'

const engine = createNodeEngine()
const env = { randomBytes: (length: number) => engine.randomBytes(length) }

interface Person {
  readonly user: UserId
  readonly key: SigningKey
  readonly head: Eid
  readonly peerId: string
}

let alice: Person
let bob: Person
let mallory: Person
let inviteKey: SigningKey

beforeAll(async () => {
  const person = async (number: number): Promise<Person> => {
    const id = new Uint8Array(32).fill(number)
    const key = engine.importSigningKey(engine.randomBytes(32))
    return { user: toId<UserId>(id), key, head: toId<Eid>(id), peerId: `peer ${String(number)}` }
  }
  alice = await person(1)
  bob = await person(2)
  mallory = await person(4)
  inviteKey = engine.importSigningKey(engine.randomBytes(32))
})

function deviceOf(person: Person): DeviceId {
  return toId<DeviceId>(person.key.publicKey)
}

/** Knows exactly these people. */
function knows(...people: readonly Person[]): (user: UserId, device: DeviceId) => Acquaintance {
  return (user, device) => {
    const isKnown = people.some((person) => person.user === user && deviceOf(person) === device)
    return isKnown ? 'known' : 'stranger'
  }
}

interface Around {
  readonly dialerPeerId?: string
  readonly listenerPeerId?: string
  readonly recognise?: (user: UserId, device: DeviceId) => Acquaintance
}

function dial(
  me: Person,
  to: Person,
  more: Around & { meant?: UserId | null; inviteKey?: SigningKey } = {},
): HelloStart {
  const ids = { dialerPeerId: me.peerId, listenerPeerId: to.peerId }
  return dialerHello({ self: me, meant: to.user, recognise: knows(to), ...ids, ...more }, env)
}

function listen(
  me: Person,
  from: Person,
  more: Around & { hasInvite?: (invitePk: Uint8Array) => boolean } = {},
): HelloStart {
  const ids = { dialerPeerId: from.peerId, listenerPeerId: me.peerId }
  return listenerHello({ self: me, recognise: knows(from), ...ids, ...more }, env)
}

function go(state: HelloState, frame: Uint8Array): Promise<HelloStep> {
  return run(engine, continueHello(state, frame))
}

async function goOn(
  state: HelloState,
  frame: Uint8Array,
): Promise<{ state: HelloState; send: readonly Uint8Array[] }> {
  const step = await go(state, frame)
  if (step.next !== 'read') throw new Error(step.next)
  return step
}

interface Talk {
  readonly dialer: HelloStep | null
  readonly listener: HelloStep
  readonly identity: Uint8Array
}

/** Carries frames between both until the listener has judged the dialer, and the dialer the answer. */
async function talk(dialer: HelloStart, listener: HelloStart): Promise<Talk> {
  const called = await goOn(listener.state, dialer.send[0]!)
  const dialing = await goOn(dialer.state, listener.send[0]!)
  const identity = dialing.send[0]!
  const judged = await go(called.state, identity)
  return { dialer: await go(dialing.state, judged.send[0]!), listener: judged, identity }
}

const nack = helloFrames.encode({ kind: 'nack', reason: 'refused', tag: null })

describe('a handshake', () => {
  it('tells two acquainted devices who is there, with the nonces both contributed', async () => {
    const { dialer, listener } = await talk(dial(alice, bob), listen(bob, alice))
    if (dialer?.next !== 'accepted' || listener.next !== 'accepted') throw new Error('not accepted')
    expect(listener.peer).toEqual({
      user: alice.user,
      device: deviceOf(alice),
      head: alice.head,
      invitePk: null,
    })
    expect(dialer.peer).toEqual({ user: bob.user, device: deviceOf(bob), head: bob.head, invitePk: null })
    expect(dialer.nonces).toEqual(listener.nonces)
    expect([dialer.role, listener.role]).toEqual(['dialer', 'listener'])
  })

  it('signs role, PeerIds by role, nonces by role, the speaker and whom it speaks to', async () => {
    const { dialer, listener, identity } = await talk(dial(alice, bob), listen(bob, alice))
    if (dialer?.next !== 'accepted' || listener.next !== 'accepted') throw new Error('not accepted')
    const { nonces } = dialer
    const connection = [alice.peerId, bob.peerId, nonces.dialer, nonces.listener]
    const [ofAlice, ofBob] = [alice, bob].map(({ user, key }) => [fromId(user), key.publicKey])
    const said = [
      { by: alice, frame: identity, signed: ['dialer', ...connection, ...ofAlice!, null, null] },
      { by: bob, frame: listener.send[0]!, signed: ['listener', ...connection, ...ofBob!, ...ofAlice!] },
    ]
    for (const { by, frame, signed } of said) {
      const decoded = helloFrames.decode(frame)
      if (!decoded.ok || decoded.value.kind !== 'identity') throw new Error('no identity')
      const [isValid] = engine.run([verify(by.key.publicKey, labels.hello, signed, decoded.value.signature)])
      expect(isValid).toBe(true)
    }
  })

  it('N10: tells a stranger nothing but a nonce and the one refusal', async () => {
    const listener = listen(bob, mallory, { recognise: knows(alice) })
    const { listener: judged, dialer } = await talk(dial(mallory, bob), listener)
    expect(judged).toEqual({ next: 'refused', send: [nack], reason: 'stranger' })
    expect(dialer).toEqual({ next: 'refused', send: [], reason: 'nacked' })
    expect(helloFrames.decode(listener.send[0]!)).toMatchObject({ ok: true, value: { kind: 'nonce' } })
  })

  it('answers strangers, revoked devices, forgers and noise alike', async () => {
    const forger = { ...alice, key: mallory.key }
    const claims = (person: Person): Person => ({ ...person, peerId: alice.peerId })
    const answers = [
      await talk(dial(mallory, bob), listen(bob, mallory, { recognise: knows(alice) })),
      await talk(dial(alice, bob), listen(bob, alice, { recognise: () => 'revoked' })),
      await talk(dial(claims(forger), bob), listen(bob, alice)),
    ].map(({ listener }) => listener.send)
    const noise = await go(listen(bob, alice).state, new Uint8Array([1, 2, 3]))
    for (const answer of [...answers, noise.send]) expect(answer).toEqual([nack])
  })

  it('N10: does not take its own frames back', async () => {
    const dialer = dial(alice, bob)
    expect(await go(dialer.state, dialer.send[0]!)).toMatchObject({ next: 'refused', reason: 'malformed' })
    const listener = listen(bob, alice)
    const dialing = await goOn(dialer.state, listener.send[0]!)
    const echoed = await go(dialing.state, dialing.send[0]!)
    expect(echoed).toMatchObject({ next: 'refused', reason: 'bad-signature' })
  })

  it('N10: does not take a signature made in the other role', async () => {
    // Alice was called by Mallory and answered; Mallory calls Bob with Alice's answer.
    const called = listen(alice, mallory, { recognise: knows(mallory) })
    const { listener } = await talk(dial(mallory, alice), called)
    const asDialer = listener.send[0]!
    const bobs = listen(bob, alice)
    const ready = await goOn(bobs.state, called.send[0]!)
    expect(await go(ready.state, asDialer)).toMatchObject({ next: 'refused', reason: 'bad-signature' })
  })

  it('N10: does not take an identity that was said on another connection, even with the same nonces', async () => {
    // Mallory sits between: Alice dials Mallory, Mallory dials Bob and passes every frame on.
    const dialer = dial(alice, mallory, { meant: bob.user, recognise: knows(bob) })
    const listener = listenerHello(
      { self: bob, recognise: knows(alice), dialerPeerId: mallory.peerId, listenerPeerId: bob.peerId },
      env,
    )
    const { listener: judged } = await talk(dialer, listener)
    expect(judged).toMatchObject({ next: 'refused', reason: 'bad-signature' })
  })

  it('N10: does not take an identity with one field of another handshake', async () => {
    const first = await talk(dial(alice, bob), listen(bob, alice))
    const listener = listen(bob, alice)
    const dialer = dial(alice, bob)
    const ready = await goOn(listener.state, dialer.send[0]!)
    expect(await go(ready.state, first.identity)).toMatchObject({ next: 'refused', reason: 'bad-signature' })
    const decoded = helloFrames.decode((await goOn(dialer.state, listener.send[0]!)).send[0]!)
    if (!decoded.ok || decoded.value.kind !== 'identity') throw new Error('no identity')
    const spliced = helloFrames.encode({ ...decoded.value, user: mallory.user })
    expect(await go(ready.state, spliced)).toMatchObject({ next: 'refused', reason: 'bad-signature' })
  })

  it('refuses whoever answers in place of the one meant', async () => {
    const { dialer } = await talk(dial(alice, bob, { meant: mallory.user }), listen(bob, alice))
    expect(dialer).toMatchObject({ next: 'refused', reason: 'not-the-one-meant', send: [nack] })
  })

  it('refuses keys that are none', async () => {
    const weak = {
      ...alice,
      key: { algorithm: 'Ed25519' as const, publicKey: new Uint8Array([1, ...new Uint8Array(31)]) },
    }
    const listener = listen(bob, alice, { recognise: () => 'known' })
    const ready = await goOn(listener.state, dial(alice, bob).send[0]!)
    const frame = helloFrames.encode({
      ...{ kind: 'identity', user: weak.user, device: deviceOf(weak), head: weak.head, invite: null },
      signature: new Uint8Array([1, ...new Uint8Array(63)]),
    })
    expect(await go(ready.state, frame)).toMatchObject({ next: 'refused', reason: 'bad-key' })
  })

  it('takes frames only in their turn', async () => {
    const { identity } = await talk(dial(alice, bob), listen(bob, alice))
    expect(await go(listen(bob, alice).state, identity)).toMatchObject({
      next: 'refused',
      reason: 'out-of-turn',
    })
    const ready = await goOn(listen(bob, alice).state, dial(alice, bob).send[0]!)
    expect(await go(ready.state, dial(alice, bob).send[0]!)).toMatchObject({
      next: 'refused',
      reason: 'out-of-turn',
    })
  })

  it('never throws on noise, in either role and place', async () => {
    const listener = listen(bob, alice)
    const dialer = dial(alice, bob)
    const ready = (await goOn(listener.state, dialer.send[0]!)).state
    const dialing = (await goOn(dialer.state, listener.send[0]!)).state
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom(listener.state, ready, dialing),
        async (noise, state) => {
          expect((await go(state, noise)).next).not.toBe('accepted')
        },
      ),
    )
  })
})

describe('a handshake with an invite', () => {
  it('is answered to whoever holds a live link, by whoever answers', async () => {
    const isLive = (invitePk: Uint8Array): boolean => toId(invitePk) === toId(inviteKey.publicKey)
    const listener = listen(bob, mallory, { recognise: knows(alice), hasInvite: isLive })
    const { listener: judged, dialer } = await talk(
      dial(mallory, bob, { meant: null, recognise: knows(), inviteKey }),
      listener,
    )
    expect(judged).toMatchObject({
      next: 'accepted',
      peer: { user: mallory.user, invitePk: inviteKey.publicKey },
    })
    expect(dialer).toMatchObject({ next: 'accepted', peer: { user: bob.user } })
  })

  it('is refused where the invite is not live, or its signature comes from elsewhere', async () => {
    const dead = listen(bob, mallory, { recognise: knows(), hasInvite: () => false })
    const { listener } = await talk(dial(mallory, bob, { inviteKey }), dead)
    expect(listener).toEqual({ next: 'refused', send: [nack], reason: 'stranger' })

    const earlier = await talk(dial(alice, bob, { inviteKey }), listen(bob, alice, { hasInvite: () => true }))
    const shown = helloFrames.decode(earlier.identity)
    const live = listen(bob, mallory, { recognise: knows(), hasInvite: () => true })
    const dialer = dial(mallory, bob)
    const ready = await goOn(live.state, dialer.send[0]!)
    const own = helloFrames.decode((await goOn(dialer.state, live.send[0]!)).send[0]!)
    if (!shown.ok || shown.value.kind !== 'identity' || !own.ok || own.value.kind !== 'identity')
      throw new Error('no identity')
    const stolen = helloFrames.encode({ ...own.value, invite: shown.value.invite })
    expect(await go(ready.state, stolen)).toEqual({
      next: 'refused',
      send: [nack],
      reason: 'bad-invite-proof',
    })
  })

  it('does not let a device in that is known to be revoked', async () => {
    const listener = listen(bob, mallory, { recognise: () => 'revoked', hasInvite: () => true })
    const { listener: judged } = await talk(dial(mallory, bob, { inviteKey }), listener)
    expect(judged).toMatchObject({ next: 'refused', reason: 'revoked' })
  })
})
