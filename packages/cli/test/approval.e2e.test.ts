// Links to approve: real kith processes, a real relay.
import type {
  GroupMemberView,
  InviteView,
  JoinRequestView,
  KeyView,
  PendingJoinView,
  PersonView,
  SpaceSummary,
  StatusView,
} from '@kith/messenger'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Stage } from './processes.ts'
import type { Person } from './processes.ts'

let stage: Stage
let alice: Person
let bob: Person
beforeEach(async () => {
  stage = await Stage.open()
  const relay = await stage.startRelay()
  alice = stage.person('Alice')
  bob = stage.person('Bob')
  await alice.init(relay)
  await bob.init(relay)
  await alice.ask('group', 'create', 'Friends')
})
afterEach(() => stage.close())

/** Runs a command that must fail: its exit code, and the code of its error. */
async function failing(
  person: Person,
  ...args: readonly string[]
): Promise<{ code: number | null; error: string }> {
  const { code, stderr } = await person.run(...args, '--json')
  const [last] = stderr.trimEnd().split('\n').slice(-1)
  const { error } = JSON.parse(last!) as { error: { code: string } }
  return { code, error: error.code }
}

describe('an invite to approve', () => {
  it('is listed with its use and its end, and taken back with a code of its own for who comes late', async () => {
    const atAlice = await alice.listen()
    const { link, eid } = await alice.ask<{ link: string; eid: string }>(
      'invite',
      '--uses',
      '3',
      '--expires',
      '2',
    )
    const [shown] = await alice.ask<InviteView[]>('invite', 'list')
    expect(shown).toMatchObject({ eid, mode: 'open', uses: 0, maxUses: 3, state: 'open', waiting: 0 })
    await alice.ask('invite', 'revoke', eid.slice(0, 12))
    expect(await alice.ask<InviteView[]>('invite', 'list')).toEqual([])
    expect(await alice.ask<InviteView[]>('invite', 'list', '--all')).toMatchObject([{ state: 'revoked' }])
    expect(await failing(bob, 'join', link)).toMatchObject({ code: 5, error: 'messenger.invite-revoked' })
    expect(await failing(alice, 'invite', '--uses', '0')).toMatchObject({
      code: 2,
      error: 'terminal.bad-number',
    })
    expect(await failing(alice, 'invite', '--uses', '1001')).toMatchObject({
      code: 2,
      error: 'messenger.bad-invite',
    })
    expect(await failing(alice, 'invite', 'revoke', 'abcdef')).toMatchObject({ code: 3 })
    await atAlice.stop()
  })

  it('has the newcomer wait, over its end and an answer, and lets it in when it runs again', async () => {
    const atAlice = await alice.listen()
    const { link } = await alice.ask<{ link: string }>('invite', '--approve')
    expect(await failing(bob, 'join', link, '--timeout', '20')).toMatchObject({
      code: 4,
      error: 'terminal.join-waits',
    })
    expect(await bob.ask<PendingJoinView[]>('join', 'list')).toMatchObject([
      { name: 'Friends', state: 'waiting' },
    ])
    const [request] = await alice.ask<JoinRequestView[]>('group', 'requests')
    expect(request).toMatchObject({ name: 'Bob', invitedBy: { me: true } })
    await alice.ask('group', 'approve', 'Bob')
    expect(await alice.ask<JoinRequestView[]>('group', 'requests')).toEqual([])
    expect(await failing(alice, 'group', 'approve', 'Bob')).toMatchObject({
      code: 3,
      error: 'messenger.unknown-request',
    })
    const status = await bob.ask<StatusView & { joins: PendingJoinView[] }>('status')
    expect(status.joins).toHaveLength(1)
    expect(await bob.ask('join', link)).toMatchObject({ name: 'Friends', members: 2 })
    expect(await bob.ask<PendingJoinView[]>('join', 'list')).toEqual([])
    await atAlice.stop()
  })

  it('tells the newcomer no, with a code of its own', async () => {
    const atAlice = await alice.listen()
    const { link } = await alice.ask<{ link: string }>('invite', '--approve')
    expect(await failing(bob, 'join', link, '--timeout', '20')).toMatchObject({ code: 4 })
    await alice.ask('group', 'deny', 'Bob')
    expect(await failing(bob, 'join', link)).toMatchObject({ code: 5, error: 'messenger.join-denied' })
    expect(await bob.ask<PendingJoinView[]>('join', 'list')).toMatchObject([{ state: 'refused' }])
    expect(await bob.ask<PendingJoinView[]>('join', 'cancel', 'Friends')).toEqual([])
    await atAlice.stop()
  })
})

describe('what admins do to members', () => {
  it('is done by name, refused with the reason, and told afterwards', async () => {
    const atAlice = await alice.listen()
    const { link } = await alice.ask<{ link: string }>('invite')
    await bob.ask('join', link)
    expect(await failing(bob, 'group', 'promote', 'Alice')).toMatchObject({
      code: 5,
      error: 'messenger.not-allowed',
    })
    await alice.ask('group', 'promote', 'Bob')
    expect(await failing(alice, 'group', 'promote', 'Bob')).toMatchObject({ code: 5 })
    await alice.ask('group', 'demote', 'Bob')
    const { keys } = await alice.ask<{ keys: KeyView[] }>('status')
    expect(keys).toMatchObject([{ members: 2, tracked: true }])
    const { user } = (await alice.ask<GroupMemberView[]>('group', 'members')).find(({ me }) => !me)!
    const atBob = await bob.listen()
    await alice.ask('group', 'remove', 'Bob')
    await bob.askUntil<SpaceSummary[]>(['group', 'list'], ([group]) => group?.rank === null)
    await atBob.stop()
    expect(await alice.ask<PersonView[]>('group', 'banned')).toMatchObject([{ user, name: 'Bob' }])
    expect(await failing(bob, 'join', link)).toMatchObject({ code: 5, error: 'messenger.banned' })
    await alice.ask('group', 'unban', 'Bob')
    expect(await failing(alice, 'group', 'unban', 'Bob')).toMatchObject({
      code: 3,
      error: 'messenger.not-banned',
    })
    const { stdout } = await alice.run('group', 'why', user)
    expect(stdout).toMatch(/Bob came by an invite of Alice \(you\).*\n.*made Bob admin/s)
    expect(stdout).toMatch(/removed Bob.*\n.*lifted the ban on Bob.*\nSo Bob is not a member\.\n$/s)
    expect(await bob.ask('join', link)).toMatchObject({ members: 2 })
    await atAlice.stop()
  })
})
