// The clauses of the membership rule (docs/protocol/membership.md), each with the change that switches it off and the property
// that must notice, on the smallest ground that shows it. `npm run exhaust -- --clauses` goes through them.

/** One clause. In `file`, `original` becomes `planted`. */
export interface Clause {
  readonly clause: string
  readonly file: string
  readonly original: string
  readonly planted: string
  /** Ground and number of events. */
  readonly seenOn: readonly [ground: string, size: number]
  /** Name of the property that breaks. */
  readonly by: string
}

const MEMBERSHIP = 'packages/protocol/src/membership'
const RESOLVE = `${MEMBERSHIP}/resolve.ts`
const REGISTER = `${MEMBERSHIP}/register.ts`
const PERMIT = `${MEMBERSHIP}/permit.ts`
const TALLY = `${MEMBERSHIP}/tally.ts`

// Properties that more than one clause is caught by.
const OF_THE_LOWERED = 'who was lowered or removed by a senior changes nobody, whatever it back-dates'
const OF_EQUALS = 'an act changes nobody who is equal or senior to its actor'
const SEALED = 'what somebody sealed by lowering a user, that user cannot undo'
const REVOKED = 'what a revoked device did without seeing that counts for nothing, unless sealed'
const OUTLIVES = 'an admit outlives the removal of its admitter, and of the device it came from'
const STANDS = 'an admit stands only while its invite counts and no revocation missed it'
const ON_HEADS = 'what cites the current heads takes effect, and changes only what it says'
const SETTINGS = 'of settings the latest count, of concurrent ones the most senior'
const GIVEN = 'nobody gives its own rank or a greater one'
const NEWCOMERS = 'only who is out is added or admitted'
const OWNERS = 'nobody acts on somebody who is an owner'

function off(
  clause: string,
  file: string,
  [original, planted]: readonly [string, string],
  ...[ground, size, by]: readonly [ground: string, size: number, by: string]
): Clause {
  return { clause, file, original, planted, seenOn: [ground, size], by }
}

/** Which accepted events count. */
const EFFECTIVE: readonly Clause[] = [
  off(
    'the actor has its right in the effective part of the past',
    RESOLVE,
    ['if (readRegister(writes, entry.past) > entry.rank) return false\n  return !writes!', 'return !writes?'],
    'history',
    1,
    'whoever acts with effect was entitled in the effective part of the past',
  ),
  off(
    'a concurrent lowering of the actor voids',
    RESOLVE,
    [
      'write.rank > entry.rank && write.entry.srank < entry.srank && areConcurrent(write.entry, entry),',
      'write.rank > entry.rank && write.entry.srank < entry.srank && write.rank < 0,',
    ],
    'devices',
    2,
    OF_THE_LOWERED,
  ),
  off(
    'any lowering voids, however small',
    RESOLVE,
    [
      'write.rank > entry.rank && write.entry.srank < entry.srank && areConcurrent(write.entry, entry),',
      'write.rank > 100 && write.entry.srank < entry.srank && areConcurrent(write.entry, entry),',
    ],
    'devices',
    2,
    OF_THE_LOWERED,
  ),
  off(
    'only a more senior word voids',
    RESOLVE,
    [
      'write.rank > entry.rank && write.entry.srank < entry.srank && areConcurrent(write.entry, entry),',
      'write.rank > entry.rank && areConcurrent(write.entry, entry),',
    ],
    'equals',
    3,
    'no junior brings back whom a senior removed, unless by adding with the removal in sight',
  ),
  off(
    'the target is in reach in the effective part of the past',
    RESOLVE,
    [
      'if (readRegister(seen, entry.past) <= entry.rank) return false',
      'if (readRegister(seen, entry.past) < 0) return false',
    ],
    'four',
    3,
    OF_EQUALS,
  ),
  off(
    'nobody reaches whom a senior has raised meanwhile',
    RESOLVE,
    [
      'write.rank <= entry.rank && areConcurrent(write.entry, entry)))',
      'write.rank < 0 && areConcurrent(write.entry, entry)))',
    ],
    'equals',
    2,
    OF_EQUALS,
  ),
  off(
    "a target's own word is counted where a lowering seals it",
    RESOLVE,
    [
      'const sealing = entry.lowers ? sealedBy(resolution, entry, target) : []',
      'const sealing = entry.rank < 0 ? sealedBy(resolution, entry, target) : []',
    ],
    'devices',
    3,
    SEALED,
  ),
  off(
    'events are visited by seniority',
    `${MEMBERSHIP}/entry.ts`,
    ['if (one.srank !== other.srank) return one.srank < other.srank\n', ''],
    'devices',
    2,
    OF_THE_LOWERED,
  ),
]

const DEVICES: readonly Clause[] = [
  off(
    'a revocation voids what the device did meanwhile',
    RESOLVE,
    ['  if (revoked) return true\n', ''],
    'devices',
    2,
    REVOKED,
  ),
  off(
    'its own leave and role as well',
    RESOLVE,
    ['    return !revoked\n  }', '    return true\n  }'],
    'devices',
    2,
    REVOKED,
  ),
  off(
    'but not what a lowering has sealed',
    RESOLVE,
    ['(revocation) => !lowerings.some((one) => !includes(one.past, revocation.index)),', '() => true,'],
    'devices',
    3,
    SEALED,
  ),
  off(
    'and an own word that is sealed counts again',
    TALLY,
    ['      take(resolution, sealed.entry)\n', ''],
    'devices',
    3,
    SEALED,
  ),
  off(
    "only the user's own word voids",
    TALLY,
    [
      'return all.filter((one) => one.node.user === entry.node.user && areConcurrent(one, entry))',
      'return all.filter((one) => areConcurrent(one, entry))',
    ],
    'devices',
    2,
    "somebody else's revocation of a device undoes nothing",
  ),
  off(
    'admits are not voided with the device',
    RESOLVE,
    [
      '      return admitStands(resolution, entry)',
      '      return !isVoidedWithDevice(resolution, entry, past, isVoidDevice) && admitStands(resolution, entry)',
    ],
    'devices',
    2,
    OUTLIVES,
  ),
  // That it is removed in its user's identity and that it is revoked here say the same, as long as the identity says so.
  off(
    'a revoked device says nothing more',
    `${MEMBERSHIP}/current.ts`,
    [
      '  if (resolution.revocations.has(revocationKey(who.user, who.device))) return false\n  const rank = identityAt(graph, who.user, light.past, light.extra)?.devices.get(who.device)?.rank\n  return rank !== undefined && rank > 0 && Number.isFinite(rank)',
      '  const rank = identityAt(graph, who.user, light.past, light.extra)?.devices.get(who.device)?.rank\n  return rank !== undefined && rank > 0',
    ],
    'devices',
    2,
    'nobody hears a device whose revocation it has seen',
  ),
]

const ADMITS: readonly Clause[] = [
  off(
    'the invite counts',
    RESOLVE,
    [
      'const invite = resolution.invites.get(inviteEid)\n',
      'const invite = { node: entry.node, ...resolution.invites.get(inviteEid) }\n  if (invite.node === entry.node) return true\n',
    ],
    'history',
    2,
    STANDS,
  ),
  off(
    'no revocation of the invite missed the admit',
    RESOLVE,
    [
      'if (!revocations.every((one) => includes(one.past, entry.index))) return false',
      'if (revocations.length < 0) return false',
    ],
    'guests',
    2,
    STANDS,
  ),
  off(
    'the newcomer was out',
    RESOLVE,
    ['if (readRegister(writes, entry.past) !== outRank) return false', 'if (writes === null) return false'],
    'turning',
    4,
    'an admit counts only for somebody who was out in the effective part of the past',
  ),
  off(
    'no removal that counts in its past has banned the newcomer',
    RESOLVE,
    ['if (bansOf(resolution, user, entry.past).length > 0) return false', ''],
    'turning',
    4,
    'whom a removal has named, no invite lets in before somebody has lifted that',
  ),
  off(
    'no add or role of the newcomer is concurrent',
    RESOLVE,
    ['isGrant(write.entry) && areConcurrent(write.entry, entry)', 'isGrant(write.entry) && write.rank < 0'],
    'guests',
    2,
    'an admit gives way to an add or role of the same person that it has not seen',
  ),
  off(
    'a single-use invite is answered once',
    RESOLVE,
    [
      'return !invite.node.content.singleUse || (resolution.admits.get(inviteEid) ?? []).length === 0',
      'return true',
    ],
    'guests',
    2,
    'an invite for some lets in no more',
  ),
  off(
    'an invite for a number of people lets in no more',
    RESOLVE,
    ['if (isUsedUp(resolution, inviteEid, invite.node.content, user)) return false', ''],
    'places',
    3,
    'an invite for some lets in no more',
  ),
  off(
    "the admitter's removal does not matter",
    RESOLVE,
    [
      '      return admitStands(resolution, entry)',
      '      return actorStands(resolution, entry) && admitStands(resolution, entry)',
    ],
    'guests',
    2,
    OUTLIVES,
  ),
  off(
    'admits are visited after the acts of admins',
    PERMIT,
    ['const admitRank = maxAdminRank + 0.5', 'const admitRank = -0.25'],
    'guests',
    1,
    ON_HEADS,
  ),
]

const REGISTER_OF: readonly Clause[] = [
  off(
    'the latest words of others count',
    REGISTER,
    [
      '    if (latest.some((one) => includes(one.entry.past, entry.index))) continue\n    latest = latest.filter((one) => !includes(entry.past, one.entry.index))\n',
      '',
    ],
    'devices',
    1,
    ON_HEADS,
  ),
  off(
    'remove wins, else least authority',
    REGISTER,
    [
      'for (const write of latest) rank = Math.max(rank, write.rank)',
      'rank = Math.min(...latest.map((write) => write.rank))',
    ],
    'devices',
    2,
    'of concurrent words about somebody the one that leaves least counts',
  ),
  off(
    'own words lower',
    REGISTER,
    [
      'if (write.rank <= rank || !includes(past, write.entry.index)) continue',
      'if (write.rank !== outRank || !includes(past, write.entry.index)) continue',
    ],
    'devices',
    1,
    ON_HEADS,
  ),
  off(
    'own words give nothing',
    REGISTER,
    [
      'if (write.rank <= rank || !includes(past, write.entry.index)) continue',
      'if (!includes(past, write.entry.index)) continue',
    ],
    'devices',
    2,
    'nobody raises itself',
  ),
  off(
    'own words end where others have seen them',
    REGISTER,
    [
      'if (!latest.some(({ entry }) => includes(entry.past, write.entry.index))) rank = write.rank',
      'rank = write.rank',
    ],
    'devices',
    2,
    ON_HEADS,
  ),
  off(
    'without a word of others one is out',
    REGISTER,
    [
      'if (latest.length === 0) return outRank',
      'if (latest.length === 0) return writes.own.find(({ entry }) => includes(past, entry.index))?.rank ?? outRank',
    ],
    'history',
    2,
    'who is in was let in by a word of somebody else that counts',
  ),
  off(
    'of settings the latest count',
    RESOLVE,
    [
      'const first = latestOf(items, past).reduce((best, one) =>',
      'const first = items.reduce((best, one) =>',
    ],
    'ladder',
    2,
    SETTINGS,
  ),
  off(
    'of concurrent settings the most senior',
    RESOLVE,
    ['comesBefore(one.entry, best.entry) ? one : best,', 'comesBefore(one.entry, best.entry) ? best : one,'],
    'ladder',
    2,
    SETTINGS,
  ),
  off(
    'void events are no heads',
    RESOLVE,
    [
      'return headsAmong(graph.entries.filter(({ node }) => effective.has(node.eid)))',
      'return effective.size < 0 ? [] : headsAmong(graph.entries)',
    ],
    'devices',
    2,
    'the heads are the latest that count',
  ),
]

const ACCEPTED: readonly Clause[] = [
  off(
    'admins alone add, remove, invite, revoke and set',
    PERMIT,
    [
      "    case 'settings':\n      return mayAdminister\n    case 'role'",
      "    case 'settings':\n      return Number.isFinite\n    case 'role'",
    ],
    'guests',
    1,
    'admins alone add, remove, invite, revoke invites and set',
  ),
  off(
    'an add gives less than the adder has',
    PERMIT,
    [
      "if (!isGrantable(content.rank) || content.rank <= asked.rank) return refuse('rank-not-grantable')\n  if (rankOf(asked, content.user)",
      'if (rankOf(asked, content.user)',
    ],
    'guests',
    1,
    GIVEN,
  ),
  off(
    'who is in is not added',
    PERMIT,
    ["if (rankOf(asked, content.user) !== outRank) return refuse('already-member')\n", ''],
    'history',
    1,
    NEWCOMERS,
  ),
  off(
    'a role gives less than the giver has',
    PERMIT,
    [
      "if (!isGrantable(rank) || rank <= asked.rank) return refuse('rank-not-grantable')\n  if (target",
      'if (target',
    ],
    'ladder',
    1,
    GIVEN,
  ),
  off(
    'a role is for juniors',
    PERMIT,
    ["if (before <= asked.rank) return refuse('target-not-junior')", ''],
    'ladder',
    1,
    OWNERS,
  ),
  off(
    'a removal is of juniors',
    PERMIT,
    ["if (rankOf(asked, target) <= asked.rank) return refuse('target-not-junior')", ''],
    'equals',
    1,
    OWNERS,
  ),
  off(
    'an admit is of somebody who is out',
    PERMIT,
    ["if (rankOf(asked, user) !== outRank) return refuse('already-member')\n  const writes", 'const writes'],
    'guests',
    2,
    NEWCOMERS,
  ),
  off(
    'who was removed is not admitted',
    PERMIT,
    ["return refuse('banned')", 'asked.graph.told = null'],
    'guests',
    2,
    ON_HEADS,
  ),
  off(
    'a revoked invite admits nobody',
    PERMIT,
    ["if (resolution.inviteRevocations.has(request.invite)) return refuse('invite-revoked')", ''],
    'guests',
    2,
    ON_HEADS,
  ),
  off(
    'a used invite admits nobody',
    PERMIT,
    ["if (invite.singleUse && resolution.admits.has(request.invite)) return refuse('invite-used')", ''],
    'guests',
    2,
    ON_HEADS,
  ),
  off(
    'a request is answered once',
    PERMIT,
    [
      "if (answers.some(({ index }) => includes(past, index))) return refuse('request-used')",
      "if (answers.some(({ index }) => index < 0 && includes(past, index))) return refuse('request-used')",
    ],
    'guests',
    3,
    'a join request is answered once by whoever knows of the answer',
  ),
  off(
    'own words are visited before those of others',
    PERMIT,
    ['const ownRank = -0.5', 'const ownRank = 63'],
    'devices',
    2,
    ON_HEADS,
  ),
]

/** All of them. */
export const CLAUSES: readonly Clause[] = [...EFFECTIVE, ...DEVICES, ...ADMITS, ...REGISTER_OF, ...ACCEPTED]
