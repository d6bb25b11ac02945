/** `kith status`: identity, groups, relays and connections. */
import type { KeyView, PendingJoinView, StatusView } from '@kith/messenger'
import { sentence } from '@kith/wording'
import type { Command } from 'commander'
import type { Call } from '../call.ts'
import { newCommand } from '../command.ts'
import type { Run } from '../command.ts'
import type { Session } from '../session.ts'
import type { Line } from '../terminal/output.ts'
import { groupLine } from './group.ts'
import { pendingLine } from './join.ts'
import { relayLine } from './relay.ts'

export function statusCommand(run: Run): Command {
  return newCommand('status', sentence('help.status')).action(
    run((call) => call.use((session) => showStatus(call, session, 'status.owner'))),
  )
}

/** Prints the state of things. `owner` says what this process is where it owns the data directory. */
export async function showStatus(
  call: Call,
  { face, isOwner }: Session,
  owner: 'status.owner' | 'status.this',
): Promise<void> {
  const status = await face.request('status', {})
  const joins = await face.request('join.list', {})
  const keys = await keysOf(face, status)
  const { dataDir } = call.settings
  call.output.result({ ...status, joins, keys, dataDir, running: !isOwner }, [
    ...statusLines(status, joins, keys),
    heading('status.running'),
    `  ${sentence(isOwner ? owner : 'status.remote')}`,
    `  ${dataDir}`,
  ])
}

/** The key in use in a group of one's own. */
type GroupKey = KeyView & { readonly space: string }

async function keysOf(face: Session['face'], { spaces }: StatusView): Promise<readonly GroupKey[]> {
  const own = spaces.filter(({ kind, rank }) => kind === 'group' && rank !== null)
  return Promise.all(
    own.map(async ({ id }) => ({ space: id, ...(await face.request('group.key', { space: id })) })),
  )
}

function keyLines(space: string, keys: readonly GroupKey[]): readonly Line[] {
  const key = keys.find((each) => each.space === space)
  if (key === undefined) return []
  const { epoch, tracked, members, confirmed } = key
  if (epoch === null) return [`    ${sentence('key.due')}`]
  return [`    ${tracked ? sentence('key.line', { members, confirmed }) : sentence('key.not-tracked')}`]
}

function statusLines(
  { identity, spaces, relays, peers }: StatusView,
  joins: readonly PendingJoinView[],
  keys: readonly GroupKey[],
): readonly Line[] {
  const groups = spaces.filter(({ kind }) => kind === 'group')
  return [
    heading('status.identity'),
    identity === null
      ? `  ${sentence('status.no-identity')}`
      : ['  ', { text: identity.user.slice(0, 8), style: 'dim' }, `  ${identity.name}`],
    heading('status.groups'),
    ...(groups.length === 0
      ? [`  ${sentence('group.none')}`]
      : groups.flatMap((group) => [inset(groupLine(group)), ...keyLines(group.id, keys)])),
    ...joins.map((join) => inset(pendingLine(join))),
    heading('status.relays'),
    ...(relays.length === 0
      ? [`  ${sentence('status.no-relays')}`]
      : relays.map((relay) => inset(relayLine(relay)))),
    heading('status.people'),
    ...(peers.length === 0
      ? [`  ${sentence('status.nobody')}`]
      : peers.map(
          ({ name, route }) => `  ${name ?? sentence('status.unnamed')}  ${sentence(`member.${route}`)}`,
        )),
  ]
}

function heading(
  code: 'status.identity' | 'status.groups' | 'status.relays' | 'status.people' | 'status.running',
): Line {
  return [{ text: sentence(code), style: 'bold' }]
}

function inset(line: Line): Line {
  return ['  ', ...(typeof line === 'string' ? [line] : line)]
}
