/** The page as a whole: its start, who is here, what is open, and how changes of the messenger reach the rest. */
import type { ErrorCode, Wording } from '@kith/wording/page'
import type { IdentityView } from '@kith/messenger'
import type { Opened } from '../boot.ts'
import { withPlainNames } from '../message/plain-names.ts'
import { Connection } from './connection.svelte.ts'
import { Conversation } from './conversation.svelte.ts'
import { Drafts } from './drafts.svelte.ts'
import type { MessengerFace, NumberedChange, SpaceView } from './face.ts'
import { errorCodeOf } from './failure.ts'
import { noteKnown } from './known.ts'
import { Members } from './members.svelte.ts'
import { Persistence } from './persistence.svelte.ts'
import { Place } from './place.svelte.ts'
import { Spaces } from './spaces.svelte.ts'
import { takeTab } from './tab-lock.ts'
import type { TabLock } from './tab-lock.ts'
import type { Theme } from './theme.svelte.ts'
import { Toasts } from './toasts.svelte.ts'

export type Phase = 'starting' | 'first-run' | 'ready' | 'elsewhere' | 'failed'

export type DialogWish =
  | { readonly kind: 'create' }
  | { readonly kind: 'rename' }
  | { readonly kind: 'join'; readonly link: string }
  | { readonly kind: 'invite'; readonly space: string }

export interface AppOptions {
  readonly wording: Wording
  readonly theme: Theme
  /** Which of several identities in this browser. */
  readonly profile: string
  /** Somebody seems to have a name here already. */
  readonly isKnown: boolean
  /** The invite this page was opened with. */
  readonly link: string | null
}

export class App {
  readonly wording: Wording
  readonly theme: Theme
  readonly profile: string
  readonly toasts: Toasts = new Toasts()
  readonly spaces: Spaces = new Spaces()
  readonly connection: Connection = new Connection()
  readonly persistence: Persistence = new Persistence()
  readonly place: Place = new Place()
  phase: Phase = $state('starting')
  failure: ErrorCode | null = $state(null)
  identity: IdentityView | null = $state.raw(null)
  drafts: Drafts | null = $state.raw(null)
  conversation: Conversation | null = $state.raw(null)
  dialog: DialogWish | null = $state.raw(null)
  /** An invite to look at as soon as there is somebody to join. */
  link: string | null = $state(null)
  #opened: Opened | null = null
  #face: MessengerFace | null = null
  #lock: TabLock | null = null
  #ready: Promise<void> = Promise.resolve()
  #isLeaving = false

  constructor({ wording, theme, profile, isKnown, link }: AppOptions) {
    if (!isKnown) this.phase = 'first-run'
    this.wording = wording
    this.theme = theme
    this.profile = profile
    this.link = link
  }

  get face(): MessengerFace {
    if (this.#face === null) throw new DOMException('not started', 'InvalidStateError')
    return this.#face
  }

  /** Whose end somebody looks at: what comes in there is read in a moment, and was never waiting. */
  get followed(): string | null {
    const isSeen = this.conversation?.isFollowing === true && document.visibilityState === 'visible'
    return isSeen ? (this.conversation?.id ?? null) : null
  }

  start({ takeOver = false } = {}): Promise<void> {
    this.#ready = this.#start(takeOver).catch(async (cause: unknown) => {
      this.failure = errorCodeOf(cause)
      this.phase = 'failed'
      await this.#end()
    })
    return this.#ready
  }

  async #start(takeOver: boolean): Promise<void> {
    this.#isLeaving = false
    this.#lock = await takeTab(`kith.${this.profile}`, { takeOver })
    if (this.#lock === null) {
      this.phase = 'elsewhere'
      return
    }
    void this.#lock.wanted.then(() => this.#leave())
    const { openMessenger } = await import('../boot.ts')
    this.#opened = await openMessenger(this.profile)
    this.#face = withPlainNames(this.#opened.messenger)
    if (this.#isLeaving) return
    this.identity = await this.face.request('identity.show', {})
    if (this.identity === null) {
      noteKnown(false)
      this.phase = 'first-run'
    } else await this.#enter()
  }

  /** The first thing a person does here: says who they are. */
  async introduce(name: string): Promise<void> {
    await this.#ready
    if (this.#opened === null) return
    this.identity = await this.face.request('identity.create', { name })
    await this.#enter()
  }

  async rename(name: string): Promise<void> {
    this.identity = await this.face.request('identity.rename', { name })
  }

  async #enter(): Promise<void> {
    const face = this.face
    noteKnown(true)
    this.drafts = new Drafts(face, (cause) => this.tell(cause))
    face.subscribe((change) => this.#hear(change))
    await this.spaces.load(face)
    this.connection.start(face)
    if (this.spaces.list.length > 0) void this.persistence.look()
    this.phase = 'ready'
    if (this.link !== null) this.dialog = { kind: 'join', link: this.link }
    this.link = null
  }

  #hear(change: NumberedChange): void {
    this.spaces.hear(change)
    this.conversation?.hear(change)
    if (change.change.type === 'connections') {
      this.connection.look()
      void this.conversation?.members.load().catch((cause: unknown) => this.tell(cause))
    }
    if (change.change.type === 'notice') this.#tellNotice(change.change.code)
  }

  #tellNotice(code: string): void {
    const { sentence } = this.wording
    const text =
      code === 'space-damaged'
        ? sentence('web.talk.damaged')
        : code === 'own-log-forked'
          ? sentence('web.talk.forked')
          : sentence('web.talk.disorder')
    this.toasts.show(text, { tone: 'danger' })
  }

  /** Says what went wrong and what to do about it. */
  tell(cause: unknown): void {
    const { happened, todo } = this.wording.explain(errorCodeOf(cause))
    this.toasts.show(`${happened} ${todo}`, { tone: 'danger' })
  }

  /** Makes the conversation of the place the open one. */
  follow(id: string | null): void {
    if (this.conversation?.id === id) return
    this.conversation?.close()
    this.drafts?.flush()
    this.conversation = id === null || this.spaces.get(id) === null ? null : this.#conversation(id)
  }

  #conversation(id: string): Conversation {
    const face = this.face
    const space = (): SpaceView | null => this.spaces.get(id)
    const members = new Members(face, id, { sentence: this.wording.sentence, space })
    const conversation = new Conversation({
      face,
      id,
      members,
      space,
      tell: (cause) => this.tell(cause),
    })
    conversation.load().catch((cause: unknown) => this.tell(cause))
    return conversation
  }

  /** Another tab takes over: what runs here ends before that one begins. */
  async #leave(): Promise<void> {
    this.#isLeaving = true
    await this.#ready
    this.phase = 'elsewhere'
    this.dialog = null
    this.drafts?.flush()
    this.connection.stop()
    this.conversation = null
    await this.#end()
  }

  /** Another tab, or another try, may begin once nothing of this one runs any more. */
  async #end(): Promise<void> {
    try {
      await this.#opened?.stop()
    } finally {
      this.#opened = null
      this.#face = null
      this.#lock?.release()
    }
  }
}
