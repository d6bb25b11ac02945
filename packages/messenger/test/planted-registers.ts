// Registers in a member's name that its own program would not write.
import { run } from '@kith/crypto'
import type { CborValue } from '@kith/crypto'
import { formatHex, registers } from '@kith/protocol'
import type { SpaceId } from '@kith/protocol'
import type { SimulatedPerson } from '@kith/testing'
import { importOwnKeys, loadOwnSecrets } from '../src/identity/own-secrets.ts'
import type { OwnKeys } from '../src/identity/own-secrets.ts'
import { engine, env } from './mallory.ts'

export interface Planted {
  readonly space: string
  readonly name: string
  readonly key?: Uint8Array
  readonly value: CborValue
}

export async function keysOf(person: SimulatedPerson): Promise<OwnKeys> {
  const secrets = await loadOwnSecrets(person.store)
  return importOwnKeys(engine, secrets!)
}

/** Puts registers with good signatures of `author` onto somebody's disk, as if they had come; a restart reads them. */
export async function plant(
  onto: SimulatedPerson,
  author: OwnKeys,
  planted: readonly Planted[],
): Promise<void> {
  const puts = []
  for (const { space, name, key = new Uint8Array(0), value } of planted) {
    const register = { space: space as SpaceId, user: author.user, device: author.device, name, key, value }
    const signed = await run(
      engine,
      registers.sign({ ...register, counter: 99, hlc: { ms: env.nowMs, counter: 0 } }, author.signing),
    )
    const slot = `${space}/${author.device}/${name}/${formatHex(key)}`
    puts.push({ table: 'registers' as const, key: slot, value: registers.encode(signed) })
  }
  await onto.store.commit({ puts, sync: true })
  await onto.stop()
  await onto.start()
}
