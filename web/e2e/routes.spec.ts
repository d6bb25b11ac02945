// On which way people are connected, as the panel says it and as the copied diagnostics show it.
import type { BrowserPerson } from './browser-person.ts'
import { expect, figure, test } from './world.ts'

/** The lines of the copied report about peers. */
async function peersIn(person: BrowserPerson): Promise<readonly string[]> {
  await person.page.getByRole('button', { name: 'Copy diagnostics' }).click()
  const report = await person.page.evaluate(() => navigator.clipboard.readText())
  return report.split('\n').filter((line) => line.startsWith('peer '))
}

test('two browsers are connected directly, and so are a browser and a terminal', async ({ world }) => {
  const { alice, bob, link } = await world.couple()
  const startedMs = performance.now()
  await alice.isConnectedTo('Bob', 'Direct')
  await bob.isConnectedTo('Alice', 'Direct')
  const spent = ((performance.now() - startedMs) / 1000).toFixed(1)
  figure('browser and browser', `Direct, ${spent} s after joining`)
  await alice.inspect('connections')

  const carol = await world.terminal('Carol')
  await carol.join(link)
  const joinedMs = performance.now()
  await alice.isConnectedTo('Carol', 'Direct')
  figure(
    'browser and terminal',
    `Direct, ${((performance.now() - joinedMs) / 1000).toFixed(1)} s after joining`,
  )

  const peers = await peersIn(alice)
  const direct = peers.filter((line) => line.includes(': direct'))
  figure(
    'diagnostics',
    `${direct.length} of ${peers.length} peers direct`,
    direct.length === 2 && peers.length === 2,
  )
})

test('a browser without WebRTC talks through the relay, and says so', async ({ world }) => {
  const { alice, link } = await world.couple()
  const carol = await world.browser('Carol', {
    link,
    before: () => void Reflect.deleteProperty(globalThis, 'RTCPeerConnection'),
  })
  await carol.introduce()
  await carol.join('Walkers')
  await carol.say('Without WebRTC')
  await alice.sees('Without WebRTC')
  await alice.say('Heard all the same')
  await carol.sees('Heard all the same')
  await carol.isConnectedTo('Alice', 'Through a relay')
  await alice.isConnectedTo('Carol', 'Through a relay')
  const peers = await peersIn(carol)
  const relayed = peers.filter((line) => line.includes(': relayed'))
  figure(
    'without WebRTC',
    `${relayed.length} of ${peers.length} peers through a relay`,
    relayed.length > 0 && relayed.length === peers.length,
  )
  await expect(carol.page.getByRole('button', { name: 'Online, show connections' })).toBeVisible()
})
