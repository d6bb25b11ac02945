// A relay that has no place, or does not answer, is tried again soon, also where the clock was set back in between.
import { createNodeEngine } from '@kith/crypto/node'
import { afterEach, expect, test, vi } from 'vitest'
import { generateNetworkKey } from '../src/network-key.ts'
import { assembleNode } from '../src/node-assembly.ts'
import { createParts } from '../src/node-options.ts'
import { RelaySupervisor } from '../src/relays.ts'
import { startRelay } from './relay.ts'

const running: { stop(): unknown }[] = []
afterEach(async () => {
  vi.useRealTimers()
  for (const each of running.splice(0).reverse()) await each.stop()
})

test('a relay that refused is asked again, though the clock went back by hours', async () => {
  const relay = await startRelay({ privateKey: await generateNetworkKey() })
  const options = {
    privateKey: await generateNetworkKey(),
    engine: createNodeEngine(),
    localNetwork: true,
    relays: [],
  }
  const { libp2p } = await assembleNode(options)
  await libp2p.start()
  const { book, policy, relayTransport } = createParts({ ...options, relays: [relay.address] }, null)
  const asked = { count: 0, again: (): void => undefined }
  const again = new Promise<void>((resolve) => {
    asked.again = resolve
  })
  const reserve = (): Promise<void> => {
    if (++asked.count === 2) asked.again()
    return Promise.reject(new TypeError('reservation failed with status RESERVATION_REFUSED'))
  }
  const supervisor = new RelaySupervisor({
    ...{ libp2p, book, policy, transport: { ...relayTransport, reserve } },
    onState: () => undefined,
  })
  running.push(relay, libp2p, supervisor)
  supervisor.start()
  await vi.waitUntil(() => asked.count === 1)
  await new Promise((resolve) => setImmediate(resolve))
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 6 * 60 * 60 * 1000 })
  await again
  expect(asked.count).toBe(2)
}, 15_000)

test('a relay that does not answer is dialed again, though the clock went back by hours', async () => {
  const options = {
    privateKey: await generateNetworkKey(),
    engine: createNodeEngine(),
    localNetwork: true,
    relays: [],
  }
  const { libp2p } = await assembleNode(options)
  await libp2p.start()
  const { book, policy, relayTransport } = createParts(
    { ...options, relays: ['/ip4/127.0.0.1/tcp/1/ws'] },
    null,
  )
  const states: string[] = []
  const supervisor = new RelaySupervisor({
    ...{ libp2p, book, policy, transport: relayTransport },
    onState: (_, state) => states.push(state),
  })
  running.push(libp2p, supervisor)
  supervisor.start()
  await vi.waitUntil(() => states.includes('unreachable'), 5_000)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 6 * 60 * 60 * 1000 })
  await vi.waitUntil(() => states.filter((state) => state === 'unreachable').length > 1, 5_000)
}, 15_000)
