// People talk: real kith processes, a real relay.
import type { MemberView, MessageView, StatusView } from '@kith/messenger'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Stage } from './processes.ts'
import type { Person, Relay, Running } from './processes.ts'

let stage: Stage
let relay: Relay
let alice: Person
let bob: Person
beforeEach(async () => {
  stage = await Stage.open()
  relay = await stage.startRelay()
  alice = stage.person('Alice')
  bob = stage.person('Bob')
})
afterEach(() => stage.close())

const texts = (listening: Running): string[] => listening.json<MessageView>().map(({ text }) => text)

/** Alice has a group and stays online; Bob has joined and does not run. */
async function aliceAndBob(): Promise<{ atAlice: Running; link: string }> {
  await alice.init(relay)
  await bob.init(relay)
  await alice.ask('group', 'create', 'Friends')
  const atAlice = await alice.listen()
  const { link } = await alice.ask<{ link: string }>('invite')
  await bob.ask('join', link)
  return { atAlice, link }
}

describe('a conversation', () => {
  it('goes both ways between two who met by a link, with send and listen', async () => {
    const { atAlice } = await aliceAndBob()
    expect(await bob.ask('send', 'Hello Alice')).toMatchObject({ state: 'sent' })
    await atAlice.until((process) => texts(process).includes('Hello Alice'), 'Bob is heard')
    const atBob = await bob.listen()
    expect(await alice.ask('send', 'Hello Bob')).toMatchObject({ state: 'sent' })
    await atBob.until((process) => texts(process).includes('Hello Bob'), 'Alice is heard')
    const [heard] = atBob.json<MessageView>()
    expect(heard).toMatchObject({ author: 'Alice', me: false, state: 'received', kind: 'text' })
    expect(await atBob.stop('SIGINT')).toMatchObject({ code: 130 })
    expect(await atAlice.stop('SIGTERM')).toMatchObject({ code: 143 })
  })

  it('can be led in two chats over pipes, and ends with /quit or the end of input', async () => {
    const { atAlice } = await aliceAndBob()
    await atAlice.stop()
    const [chatAlice, chatBob] = [await alice.chat(), await bob.chat()]
    chatAlice.type('Is it you, Bob?')
    await chatBob.until(({ stdout }) => stdout.includes('Alice: Is it you, Bob?'), 'Alice is heard')
    chatBob.type('//me waves')
    await chatAlice.until(({ stdout }) => stdout.includes('Bob: /me waves'), 'Bob is heard')
    chatAlice.type('/members')
    await chatAlice.until(({ stdout }) => stdout.includes('Bob  member'), 'the members are shown')
    chatAlice.type('/dance')
    await chatAlice.until(({ stderr }) => stderr.includes('no such command'), 'the refusal')
    chatAlice.type('/quit')
    expect(await chatAlice.ended()).toMatchObject({ code: 0 })
    chatBob.closeInput()
    expect(await chatBob.ended()).toMatchObject({ code: 0 })
  })

  it('says in a chat who has joined and who is gone', async () => {
    await alice.init(relay)
    await bob.init(relay)
    await alice.ask('group', 'create', 'Friends')
    const chat = await alice.chat()
    const { link } = await alice.ask<{ link: string }>('invite')
    await bob.ask('join', link)
    await chat.until(({ stderr }) => stderr.includes('Bob has joined.'), 'Bob is announced')
    await bob.ask('group', 'leave')
    await chat.until(({ stderr }) => stderr.includes('Bob is no longer a member.'), 'his leaving is told')
    expect(await chat.stop('SIGINT')).toMatchObject({ code: 130 })
  })

  it('lets a third join by link while the inviter is away', async () => {
    const { atAlice, link } = await aliceAndBob()
    const atBob = await bob.listen()
    await alice.askUntil<StatusView>(['status'], ({ spaces }) => spaces[0]?.waitingToSend === 0)
    await atAlice.stop()
    const carol = stage.person('Carol')
    await carol.init(relay)
    expect(await carol.ask('join', link)).toMatchObject({ name: 'Friends', members: 3 })
    expect(await carol.ask('send', 'Is anybody here?')).toMatchObject({ state: 'sent' })
    await atBob.until((process) => texts(process).includes('Is anybody here?'), 'Carol is heard')
    const members = await bob.ask<MemberView[]>('group', 'members')
    expect(members.map(({ name }) => name)).toEqual(['Alice', 'Bob', 'Carol'])
  })

  it('keeps what nobody could receive and delivers it later', async () => {
    const { atAlice } = await aliceAndBob()
    await bob.askUntil<StatusView>(['status'], ({ spaces }) => spaces[0]?.waitingToSend === 0)
    await atAlice.stop()
    expect(await bob.ask('send', 'For later', '--timeout', '1')).toMatchObject({ state: 'queued' })
    const again = await alice.listen('--history', '10')
    const atBob = await bob.listen()
    await again.until((process) => texts(process).includes('For later'), 'Bob is heard')
    await atBob.stop()
  })

  it('goes on without a removed member, who is told so', async () => {
    await aliceAndBob()
    expect(await alice.ask('group', 'remove', 'Bob')).toHaveProperty('eid')
    const atBob = bob.start('run')
    await atBob.until(({ stderr }) => stderr.includes('Running'), 'kith runs')
    await bob.askUntil<StatusView>(['status'], ({ spaces }) => spaces[0]?.rank === null)
    const { code, stderr } = await bob.run('send', 'Friends', 'Hello?')
    expect(code).toBe(5)
    expect(stderr).toContain('not a member of this group any more')
  })
})
