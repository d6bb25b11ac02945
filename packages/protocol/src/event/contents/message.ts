/** Contents people see (section 12). */
import type { Eid, UserId } from '../../ids.ts'
import { maxMentions, maxTextBytes } from '../../limits.ts'
import type { Field } from '../fields.ts'
import { id, nullable, sortedIds, textUpToBytes } from '../fields.ts'
import type { Delete, Edit, Text } from '../types.ts'
import { content } from './content.ts'

/** A message. */
export const text: Field<Text> = content<Text>('text', {
  text: textUpToBytes(maxTextBytes),
  reply: nullable(id<Eid>()),
  mentions: sortedIds<UserId>({ max: maxMentions }),
})

/** Another text for an earlier message. */
export const edit: Field<Edit> = content<Edit>('edit', {
  target: id<Eid>(),
  text: textUpToBytes(maxTextBytes),
})

/** Takes a message away. */
export const deletion: Field<Delete> = content<Delete>('delete', { target: id<Eid>() })
