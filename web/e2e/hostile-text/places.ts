// Every place in the page that shows what somebody else wrote.
import { dialogPlaces } from './dialog-places.ts'
import { listPlaces } from './list-places.ts'
import { panelPlaces } from './panel-places.ts'
import type { Place } from './place.ts'
import { talkPlaces } from './talk-places.ts'

export const places: readonly Place[] = [...talkPlaces, ...listPlaces, ...panelPlaces, ...dialogPlaces]
