/** `kith group requests`, `approve`, `deny`: who waits to be let in, and the answer. */
import type { JoinRequestView } from '@kith/messenger'
import { sentence } from '@kith/wording'
import type { Command } from 'commander'
import type { Call } from '../call.ts'
import { newCommand } from '../command.ts'
import type { Run } from '../command.ts'
import { chooseGroup, deliver } from '../groups.ts'
import type { Session } from '../session.ts'
import type { Line } from '../terminal/output.ts'
import { reportChange } from '../report-change.ts'

const deliveryMs = 10_000
/** After a start, requests that others keep come with the first comparison. */
const patienceMs = 5_000

export function requestsCommand(run: Run): Command {
  return newCommand('requests', sentence('help.group-requests'))
    .argument('[group]', sentence('argument.group'))
    .action(
      run((call, [wish]) =>
        call.use(async (session) => {
          const { id } = await chooseGroup(session, wish)
          const requests = await untilThere(call, session, id, (all) => all.length > 0)
          call.output.result(requests, requests.map(requestLine))
          if (requests.length === 0) call.output.note(sentence('request.none'))
        }),
      ),
    )
}

export function approveCommand(run: Run): Command {
  return newCommand('approve', sentence('help.group-approve'))
    .argument('<request>', sentence('argument.request'))
    .argument('[group]', sentence('argument.group'))
    .action(
      run((call, [request = '', wish]) =>
        call.use(async (session) => {
          const { id } = await chooseGroup(session, wish)
          const all = await untilThere(call, session, id, (waiting) => find(waiting, request) !== undefined)
          const { eid } = await session.face.request('group.approve', { space: id, request })
          const name = find(all, request)?.name ?? request
          await reportChange(call, session, { space: id, eid, line: sentence('request.approved', { name }) })
        }),
      ),
    )
}

export function denyCommand(run: Run): Command {
  return newCommand('deny', sentence('help.group-deny'))
    .argument('<request>', sentence('argument.request'))
    .argument('[group]', sentence('argument.group'))
    .action(
      run((call, [request = '', wish]) =>
        call.use(async (session) => {
          const { id } = await chooseGroup(session, wish)
          const all = await untilThere(call, session, id, (waiting) => find(waiting, request) !== undefined)
          const { user } = await session.face.request('group.deny', { space: id, request })
          const name = find(all, request)?.name ?? user.slice(0, 8)
          call.output.result({ space: id, user }, [sentence('request.denied', { name })])
          await deliver(session, id, call.deadline(deliveryMs))
        }),
      ),
    )
}

function find(requests: readonly JoinRequestView[], wish: string): JoinRequestView | undefined {
  return requests.find(
    ({ id, user, name }) =>
      name === wish || (wish.length >= 6 && (id.startsWith(wish) || user.startsWith(wish))),
  )
}

/** The requests of a group. A kith that has just started waits for those it has not heard of yet. */
async function untilThere(
  call: Call,
  { face, isOwner }: Session,
  space: string,
  isEnough: (requests: readonly JoinRequestView[]) => boolean,
): Promise<readonly JoinRequestView[]> {
  const first = await face.request('group.requests', { space })
  if (!isOwner || isEnough(first)) return first
  const deadline = call.deadline(patienceMs)
  return new Promise((resolve, reject) => {
    let latest = first
    const done = (): void => {
      unsubscribe()
      resolve(latest)
    }
    const unsubscribe = face.subscribe(({ change }) => {
      if (change.type !== 'members' || change.space !== space) return
      face.request('group.requests', { space }).then((requests) => {
        latest = requests
        if (isEnough(requests)) done()
      }, reject)
    })
    deadline.addEventListener('abort', done, { once: true })
  })
}

function requestLine({ id, name, invitedBy, keptBy }: JoinRequestView): Line {
  const inviter = invitedBy?.name ?? sentence('request.unnamed')
  return [
    { text: id.slice(0, 8), style: 'dim' },
    '  ',
    { text: name ?? sentence('request.unnamed'), style: 'bold' },
    `  ${sentence('request.line', { inviter, keeper: keptBy.name })}`,
  ]
}
