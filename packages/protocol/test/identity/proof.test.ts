import { describe, expect, it } from 'vitest'
import { encodeEvent } from '../../src/event/codec.ts'
import { buildProof, decodeProof } from '../../src/identity/proof.ts'
import { alice, bob, bytesFor, compose, env, mallory, text } from '../event/cast.ts'
import { addition, contents } from '../event/contents.ts'

describe('a proof', () => {
  it('holds what the reader does not know yet, in causal order', () => {
    const whole = buildProof([alice.genesis, addition], env)
    expect(whole).toEqual([encodeEvent(alice.genesis), encodeEvent(addition)])
    expect(buildProof([alice.genesis, addition], env, new Set([alice.genesis.eid]))).toEqual([
      encodeEvent(addition),
    ])
    const read = decodeProof({ proof: whole, user: alice.user }, env)
    expect(read).toMatchObject({ ok: true, value: [{ eid: alice.user }, { eid: addition.eid }] })
  })

  it('leaves wrap pages out without changing what is signed', async () => {
    const space = alice.user as never
    const epoch = await compose(alice, contents.epoch[0]!, {
      space,
      wrapPage: bytesFor('page'),
      auth: [addition.eid],
    })
    const [, , last] = buildProof([alice.genesis, addition, epoch], env)
    expect(last).toEqual(encodeEvent({ ...epoch, wrapPage: null }))
  })

  it('made of other events, out of order, or beyond its bounds is our own caller’s mistake', async () => {
    const message = await compose(alice, text('x'), { space: alice.user as never })
    const thrown = (code: string): unknown => expect.objectContaining({ code })
    expect(() => buildProof([addition, alice.genesis], env)).toThrow(thrown('no-proof'))
    expect(() => buildProof([alice.genesis, mallory.genesis], env)).toThrow(thrown('no-proof'))
    expect(() => buildProof([alice.genesis, message], env)).toThrow(thrown('no-proof'))
    expect(() =>
      buildProof(
        Array.from({ length: 65 }, () => alice.genesis),
        env,
      ),
    ).toThrow(thrown('proof-too-large'))
  })

  it('about another user than claimed is refused', () => {
    const proof = buildProof([alice.genesis], env)
    expect(decodeProof({ proof, user: bob.user }, env)).toEqual({ ok: false, reason: 'foreign-proof' })
    expect(decodeProof({ proof, user: null }, env)).toMatchObject({ ok: true })
  })
})
