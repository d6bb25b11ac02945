/** Requests about the own identity: create it, name it, show its recovery words until they are confirmed. */
import { maxNameChars } from '@kith/protocol'
import type { Core } from '../core.ts'
import { ownKeys } from '../core.ts'
import { MessengerError } from '../errors.ts'
import type { AnswerParts, Answers } from './answers.ts'
import { loadSpace } from '../space/load-space.ts'
import { createOwnIdentity } from '../identity/new-identity.ts'
import { encodeOwnSecrets, importOwnKeys, loadOwnSecrets } from '../identity/own-secrets.ts'
import type { IdentityView } from './requests.ts'

/** Words that must be named to show that all were written down. */
const wordsToConfirm = 3

type Names =
  'identity.create' | 'identity.show' | 'identity.rename' | 'identity.words' | 'identity.confirm-words'

export function identityAnswers({ core, keeper }: AnswerParts): Answers<Names> {
  return {
    async 'identity.create'({ name }) {
      if (core.own !== null) throw new MessengerError('identity-exists')
      core.own = await createOwnIdentity(core, checkedName(name))
      core.identity = await loadSpace({ ...core, own: core.own }, core.own.user)
      return viewIdentity(core)
    },
    async 'identity.show'() {
      return core.own === null ? null : viewIdentity(core)
    },
    async 'identity.rename'({ name }) {
      const secrets = await loadOwnSecrets(core.store)
      if (secrets === null) throw new MessengerError('no-identity')
      const renamed = { ...secrets, name: checkedName(name) }
      await core.store.commit({
        puts: [{ table: 'device', key: 'self', value: encodeOwnSecrets(renamed) }],
        sync: true,
      })
      core.own = { ...(await importOwnKeys(core.engine, renamed)) }
      await keeper.announceProfile()
      return viewIdentity(core)
    },
    async 'identity.words'() {
      ownKeys(core)
      return { words: await heldWords(core) }
    },
    async 'identity.confirm-words'({ words }) {
      ownKeys(core)
      const held = await heldWords(core)
      const places = new Set(words.map(({ position }) => position))
      const fits = words.every(({ position, word }) => held[position - 1] === word.trim().toLowerCase())
      if (places.size < wordsToConfirm || !fits) throw new MessengerError('words-differ')
      await core.store.commit({ deletes: [{ table: 'device', key: 'paper' }], sync: true })
      return viewIdentity(core)
    },
  }
}

async function heldWords(core: Core): Promise<readonly string[]> {
  const entropy = await core.store.get('device', 'paper')
  if (entropy === null) throw new MessengerError('words-gone')
  // Pages load the word list only for whoever writes the words down.
  const { formatPhrase } = await import('@kith/crypto/phrase')
  return formatPhrase(entropy).split(' ')
}

/** The own identity as shown. */
export async function viewIdentity(core: Core): Promise<IdentityView> {
  const own = ownKeys(core)
  const wordsPending = (await core.store.get('device', 'paper')) !== null
  return { user: own.user, device: own.device, name: own.name, wordsPending }
}

/** A name people may go by: trimmed, not empty, bounded. @throws MessengerError `bad-name` */
export function checkedName(name: string): string {
  const trimmed = name.normalize('NFC').trim()
  // Control characters would let a name imitate something else on a terminal.
  if (trimmed === '' || trimmed.length > maxNameChars || /\p{Cc}/u.test(trimmed) || !trimmed.isWellFormed())
    throw new MessengerError('bad-name')
  return trimmed
}
