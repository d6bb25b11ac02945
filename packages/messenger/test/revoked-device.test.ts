// A device that is revoked while it is connected: whoever hears of it has nothing more to say to it.
import { run } from '@kith/crypto'
import { buildProof, composeEvent, encodeEvent, encodeMessage } from '@kith/protocol'
import type { Eid, SpaceId } from '@kith/protocol'
import { examine, SimulatedNetwork } from '@kith/testing'
import { expect, test } from 'vitest'
import { importOwnKeys, loadOwnSecrets } from '../src/identity/own-secrets.ts'
import { deviceOf, openLine, storedEvents } from './hostile-member.ts'
import { engine, env } from './mallory.ts'
import { stage } from './stage.ts'

test('a device that turns out to be revoked is sent away, and not served again', async () => {
  const set = stage(7)
  const [alice, bob, mallory] = [
    await set.person('Alice'),
    await set.person('Bob'),
    await set.person('Mallory'),
  ]
  const id = (await set.group([alice, bob, mallory])) as SpaceId
  const keys = await importOwnKeys(engine, (await loadOwnSecrets(mallory.store))!)
  const bobs = await importOwnKeys(engine, (await loadOwnSecrets(bob.store))!)
  const identity = await storedEvents(mallory, keys.user, 'auth')
  const ofDevice = identity.filter(({ header }) => header.device === deviceOf(keys.signing))
  const hlc = { ms: set.clock.nowMs(), counter: 0 }
  const leave = await run(
    engine,
    composeEvent(
      {
        ...{ space: keys.user as unknown as SpaceId, user: keys.user, seq: ofDevice.length, hlc },
        ...{ prev: ofDevice.at(-1)?.eid ?? null, auth: [identity.at(-1)!.eid] as Eid[] },
        content: { type: 'leave', cut: [] },
      },
      keys.signing,
      env,
    ),
  )
  await mallory.stop()
  await bob.stop()
  const { membership } = (await examine(alice.image)).get(id)!
  const said = (await storedEvents(alice, id, 'auth')).filter(
    ({ header }) => header.device === deviceOf(bobs.signing),
  )
  const proof = buildProof([...identity, leave], env)
  const device = deviceOf(keys.signing)
  const revocation = await run(
    engine,
    composeEvent(
      {
        ...{ space: id, user: bobs.user, seq: said.length, prev: said.at(-1)?.eid ?? null, hlc },
        auth: membership.heads,
        content: { type: 'deviceRevoke', device, proof, cut: [], uek: null },
      },
      bobs.signing,
      env,
    ),
  )
  const network = new SimulatedNetwork(set.world, mallory.peerId)
  await network.start()
  const line = await openLine(set, network, alice, keys, [id])
  const events = [encodeEvent(revocation)]
  await line.send([encodeMessage({ kind: 'authEvents', tag: line.tag(id), events })])
  await set.until(() => line.endedBy !== null, 'the stream has ended', 5_000)
  expect(line.endedBy).toBe('revoked')
  await expect(openLine(set, network, alice, keys, [id])).rejects.toThrow()
})
