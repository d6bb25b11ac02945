/** The face every interface sees: requests and numbered changes. */
import type { ChangeListener } from './changes.ts'
import type { RequestName, Requests } from './requests.ts'

/** The face itself: the messenger implements it, and so does every remote of it. */
export interface MessengerFace {
  request<Name extends RequestName>(
    name: Name,
    takes: Requests[Name]['takes'],
    options?: { readonly signal?: AbortSignal },
  ): Promise<Requests[Name]['gives']>
  subscribe(listener: ChangeListener): () => void
}
