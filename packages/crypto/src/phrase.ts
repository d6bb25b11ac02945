/**
 * The recovery phrase: 24 English words of BIP-39 and the 32 bytes of entropy they stand for (protocol sections 2 and 3).
 * Keys come from the entropy by HKDF; BIP-39's own PBKDF2 seed is not used.
 */
import { entropyToMnemonic, mnemonicToEntropy } from '@scure/bip39'
import { wordlist } from '@scure/bip39/wordlists/english.js'
import { assertLength } from './errors.ts'

/** Words of a phrase. */
export const phraseWords = 24
/** Bytes of entropy behind a phrase. */
export const phraseEntropyBytes = 32

/** The outcome of reading a phrase somebody typed; `unknown-word` says which one, counted from 0. */
export type ParsedPhrase =
  | { readonly ok: true; readonly entropy: Uint8Array }
  | { readonly ok: false; readonly reason: 'wrong-count'; readonly count: number }
  | { readonly ok: false; readonly reason: 'unknown-word'; readonly index: number; readonly word: string }
  | { readonly ok: false; readonly reason: 'bad-checksum' }

const known: ReadonlySet<string> = new Set(wordlist)
// A phrase has under 250 characters; more is not looked at.
const maxPhraseCharacters = 1024

/** Writes 32 bytes of entropy as 24 words, one space between them. */
export function formatPhrase(entropy: Uint8Array): string {
  assertLength(entropy, phraseEntropyBytes, 'The entropy of a phrase')
  return entropyToMnemonic(entropy, wordlist)
}

/** Reads 24 words. Case, the kind and amount of white space between words, and Unicode compatibility forms do not matter. */
export function parsePhrase(phrase: string): ParsedPhrase {
  const words = phrase
    .slice(0, maxPhraseCharacters)
    .normalize('NFKD')
    .toLowerCase()
    .split(/\s+/)
    .filter(Boolean)
  const index = words.findIndex((word) => !known.has(word))
  if (index >= 0) return { ok: false, reason: 'unknown-word', index, word: words[index]! }
  if (words.length !== phraseWords) return { ok: false, reason: 'wrong-count', count: words.length }
  try {
    return { ok: true, entropy: mnemonicToEntropy(words.join(' '), wordlist) }
  } catch {
    return { ok: false, reason: 'bad-checksum' }
  }
}

/** The words of the list that begin so, at most `limit`, for completing while typing. */
export function completeWord(beginning: string, limit: number): readonly string[] {
  return wordlist.filter((word) => word.startsWith(beginning.toLowerCase())).slice(0, limit)
}
