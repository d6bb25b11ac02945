/** `kith relay …`: the relays this device uses. */
import { sentence } from '@kith/wording'
import type { Command } from 'commander'
import type { Call } from '../call.ts'
import { newCommand } from '../command.ts'
import type { Run } from '../command.ts'
import { Failure } from '../failure.ts'
import type { Session } from '../session.ts'
import { checkRelay } from '../settings.ts'
import type { Line } from '../terminal/output.ts'

interface RelayEntry {
  readonly address: string
  readonly state: string
}

export function relayCommand(run: Run): Command {
  return newCommand('relay', sentence('help.relay'))
    .addCommand(
      newCommand('list', sentence('help.relay-list')).action(
        run((call) => call.use(async ({ face }) => show(call, await face.request('relay.list', {})))),
      ),
    )
    .addCommand(
      newCommand('add', sentence('help.relay-add'))
        .argument('<address...>', sentence('argument.address'))
        .action(
          run((call, addresses) =>
            call.use(async (session) => {
              const used = await listed(session)
              await save(call, session, [
                ...used,
                ...addresses.map(checkRelay).filter((each) => !used.includes(each)),
              ])
            }),
          ),
        ),
    )
    .addCommand(
      newCommand('remove', sentence('help.relay-remove'))
        .argument('<address...>', sentence('argument.address'))
        .action(
          run((call, addresses) =>
            call.use(async (session) => {
              const used = await listed(session)
              const stranger = addresses.find((each) => !used.includes(each))
              if (stranger !== undefined) throw new Failure('terminal.unknown-relay', { detail: stranger })
              await save(
                call,
                session,
                used.filter((each) => !addresses.includes(each)),
              )
            }),
          ),
        ),
    )
}

async function listed({ face }: Session): Promise<readonly string[]> {
  return (await face.request('relay.list', {})).map(({ address }) => address)
}

async function save(call: Call, { face }: Session, addresses: readonly string[]): Promise<void> {
  show(call, await face.request('relay.set', { addresses }))
  call.output.note(sentence('relay.saved'))
}

function show(call: Call, relays: readonly RelayEntry[]): void {
  call.output.result(relays, relays.map(relayLine))
}

/** A relay in a list. */
export function relayLine({ address, state }: RelayEntry): Line {
  return [address, { text: `  ${isKnown(state) ? sentence(`relay.${state}`) : state}`, style: 'dim' }]
}

function isKnown(state: string): state is 'reserved' | 'connected' | 'connecting' | 'unreachable' {
  return ['reserved', 'connected', 'connecting', 'unreachable'].includes(state)
}
