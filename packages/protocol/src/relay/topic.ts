/**
 * The form of a group's gossip topic: all a relay may know of it. Protocol section 10.
 */

/** `kith1/` and 15 bytes in lower-case base32, which needs no padding. */
const groupTopic = /^kith1\/[a-z2-7]{24}$/

/** Length of every group topic in characters. */
export const groupTopicChars = 30

/** Whether a text could be a group's topic. Which group, only its members know. */
export function isGroupTopic(text: string): boolean {
  return text.length === groupTopicChars && groupTopic.test(text)
}
