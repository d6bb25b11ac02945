// Relays that links and disks name: good, bad, and lent for one join. Protocol sections 6 and 10.
import { encodeCbor } from '@kith/crypto'
import { createNodeEngine } from '@kith/crypto/node'
import { Messenger, MessengerError } from '@kith/messenger'
import { NetworkError } from '@kith/network'
import { createNodeNetwork, generateNetworkKey } from '@kith/network/node'
import { formatInviteLink } from '@kith/protocol'
import { openMemoryStore } from '@kith/storage/memory'
import type { MemoryImage, MemoryStore } from '@kith/storage/memory'
import { expect, test } from 'vitest'
import { readLink } from './mallory.ts'
import { stage } from './stage.ts'

const engine = createNodeEngine()
const good = '/ip4/127.0.0.1/tcp/9/ws'
const bad = 'not-an-address'
const circuit = `${good}/p2p-circuit`
const lent = '/ip4/127.0.0.1/tcp/10/ws'

/** A messenger over a real network that talks to nobody. */
async function messenger(image?: MemoryImage): Promise<{ messenger: Messenger; store: MemoryStore }> {
  const store = await openMemoryStore(image === undefined ? { engine } : { engine, image })
  const network = await createNodeNetwork({
    privateKey: await generateNetworkKey(),
    engine,
    listen: [],
    localNetwork: true,
    relays: [],
  })
  return { messenger: new Messenger({ engine, store, network }), store }
}

async function relaysOf(messenger: Messenger): Promise<readonly string[]> {
  return (await messenger.request('relay.list', {})).map(({ address }) => address)
}

test('stored relays that are none stop no start, and the others are used', async () => {
  const { messenger: alice, store } = await messenger()
  await store.commit({
    puts: [{ table: 'device', key: 'relays', value: encodeCbor([bad, good, circuit, 7]) }],
    sync: true,
  })
  await alice.start()
  expect(await relaysOf(alice)).toEqual([good])
  await alice.stop()
})

test('relays the network does not take are not stored', async () => {
  const { messenger: alice, store } = await messenger()
  await alice.start()
  await alice.request('relay.set', { addresses: [good] })
  for (const addresses of [[bad], [good, circuit]])
    await expect(alice.request('relay.set', { addresses })).rejects.toBeInstanceOf(NetworkError)
  expect(await relaysOf(alice)).toEqual([good])
  const image = store.image()
  await alice.stop()
  const { messenger: again } = await messenger(image)
  await again.start()
  expect(await relaysOf(again)).toEqual([good])
  await again.stop()
})

test('a link with bad relays is tried by its good ones, and leaves nothing behind', async () => {
  const set = stage()
  const maker = await set.person('Mallory')
  const { id } = await maker.request('group.create', { name: 'Party' })
  const made = readLink((await maker.request('invite.create', { space: id })).link)
  const expiry = Date.now() + 60_000
  const link = formatInviteLink('kith:', { ...made, expiry, relays: [bad, lent, circuit] })
  const { messenger: alice, store } = await messenger()
  await alice.start()
  await alice.request('identity.create', { name: 'Alice' })
  await alice.request('relay.set', { addresses: [good] })
  const giveUp = new AbortController()
  const asking = new Promise<void>((resolve) => {
    alice.subscribe(({ change }) => {
      if (change.type === 'join' && change.state === 'asking') resolve()
    })
  })
  const join = alice.request('join', { link }, { signal: giveUp.signal })
  join.catch(() => undefined)
  await asking
  expect(await relaysOf(alice)).toEqual([good, lent])
  giveUp.abort()
  await expect(join).rejects.toBeInstanceOf(MessengerError)
  expect(await relaysOf(alice)).toEqual([good])
  const image = store.image()
  await alice.stop()
  const { messenger: again } = await messenger(image)
  await again.start()
  expect(await relaysOf(again)).toEqual([good])
  await again.stop()
})

test("a link's relays stay once they led to a group, over a restart", async () => {
  const set = stage()
  const [alice, bob] = [await set.person('Alice'), await set.person('Bob')]
  await alice.request('relay.set', { addresses: [lent] })
  const { id } = await alice.request('group.create', { name: 'Kitchen table' })
  const { link } = await alice.request('invite.create', { space: id })
  await bob.request('relay.set', { addresses: [good] })
  await bob.join(link)
  expect(await relaysOf(bob.messenger)).toEqual([good, lent])
  await bob.crash()
  await bob.start()
  expect(await relaysOf(bob.messenger)).toEqual([good, lent])
})

test('what one join keeps, the end of another by the same relays does not take away', async () => {
  const set = stage()
  const [alice, bob] = [await set.person('Alice'), await set.person('Bob')]
  await alice.request('relay.set', { addresses: [lent] })
  const { id } = await alice.request('group.create', { name: 'Kitchen table' })
  const { link } = await alice.request('invite.create', { space: id })
  const read = readLink(link)
  const other = formatInviteLink('kith:', {
    ...read,
    inviter: { ...read.inviter, peer: 'peer-Nobody' },
    rendezvous16: new Uint8Array(16),
  })
  const giveUp = new AbortController()
  const vain = bob.messenger.request('join', { link: other }, { signal: giveUp.signal })
  vain.catch(() => undefined)
  await bob.join(link)
  giveUp.abort()
  await expect(set.clock.until(vain)).rejects.toBeInstanceOf(MessengerError)
  expect(await relaysOf(bob.messenger)).toEqual([lent])
})

test('a relay that a link lends is told to nobody while the join goes on', async () => {
  const set = stage()
  const [alice, bob] = [await set.person('Alice'), await set.person('Bob')]
  await alice.request('relay.set', { addresses: [lent] })
  const { id } = await alice.request('group.create', { name: 'Kitchen table' })
  const { link } = await alice.request('invite.create', { space: id })
  const { id: own } = await bob.request('group.create', { name: 'Balcony' })
  await bob.request('relay.set', { addresses: [good] })
  await alice.stop()
  const giveUp = new AbortController()
  const join = bob.messenger.request('join', { link }, { signal: giveUp.signal })
  join.catch(() => undefined)
  await set.until(async () => (await relaysOf(bob.messenger)).length === 2, 'the relay is lent')
  const { link: made } = await bob.request('invite.create', { space: own })
  expect(readLink(made).relays).toEqual([good])
  giveUp.abort()
  await expect(set.clock.until(join)).rejects.toBeInstanceOf(MessengerError)
})
