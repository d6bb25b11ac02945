/** The text of a message, read into blocks: a small part of Markdown, everything else as it was written. */
import { Lexer } from 'marked'
import type { Token, Tokens } from 'marked'
import type { Block, Inline, ListItem } from './blocks.ts'
import { maxBlockDepth, maxChars, maxNodes, maxWordChars } from './limits.ts'
import { namesHost, readTarget } from './links.ts'
import { MessageTokenizer, TooMuchMarkup } from './tokenizer.ts'

const longWord = new RegExp(`\\S{${maxWordChars + 1}}`)
const language = /^[\w+#.-]{0,20}$/
// Lines end in one way; controls nobody sees would otherwise be drawn by some fonts and not by others.
const lineEnds = /\r\n?|[\v\f\u0085\u2028\u2029]/g
const controls = /(?![\n\t])\p{Cc}/gu

// One line without a sign that begins anything: most messages are, and are read in no time.
const unmarked = /^(?![ \-+]|\d+[.)])[^\n\t*_~`[\]<>\\:@]+$/
const bareAddress = /www\./i

/** Never throws; at most `maxNodes` nodes, never deeper than the limits. Line ends come out as `\n`. */
export function parseMessage(text: string): readonly Block[] {
  const shown = text.toWellFormed().replace(lineEnds, '\n').replace(controls, '\ufffd')
  const plain: readonly Block[] = [{ kind: 'text', children: [{ kind: 'text', text: shown }] }]
  if (shown.length > maxChars || (unmarked.test(shown) && !bareAddress.test(shown))) return plain
  return longWord.test(shown) ? plain : (readMarkup(shown) ?? plain)
}

/** Null where there is nothing to see in it, or too much. */
export function readMarkup(shown: string): readonly Block[] | null {
  try {
    const tokens = new Lexer({ gfm: true, tokenizer: new MessageTokenizer() }).lex(shown)
    const blocks = new Reader().blocks(tokens, 0)
    return blocks.length === 0 ? null : blocks
  } catch {
    return null // what cannot be read as Markdown is still a text
  }
}

/** Turns tokens into blocks and counts them. */
class Reader {
  #nodes = 0

  blocks(tokens: readonly Token[], depth: number): readonly Block[] {
    const blocks: Block[] = []
    let run: Inline[] = []
    const endRun = (): void => {
      const children = withoutOuterBreaks(run)
      if (children.length > 0) blocks.push(this.#count({ kind: 'text', children }))
      run = []
    }
    for (const token of tokens) {
      const block = depth >= maxBlockDepth ? null : this.#block(token as Tokens.Generic, depth)
      if (block === null) run.push(...this.#lines(token as Tokens.Generic))
      else {
        endRun()
        blocks.push(this.#count(block))
      }
    }
    endRun()
    return blocks
  }

  #block(token: Tokens.Generic, depth: number): Block | null {
    if (token.type === 'code') return codeOf(token as Tokens.Code)
    if (token.type === 'blockquote')
      return { kind: 'quote', children: this.blocks(token.tokens ?? [], depth + 1) }
    if (token.type !== 'list') return null
    const { ordered, items } = token as Tokens.List
    return {
      kind: 'list',
      isOrdered: ordered,
      items: items.map((item) => this.#item(item, ordered, depth)),
    }
  }

  #item({ raw, tokens }: Tokens.ListItem, isOrdered: boolean, depth: number): ListItem {
    this.#count(null)
    const value = isOrdered ? Number.parseInt(raw.trimStart(), 10) : Number.NaN
    return { value: Number.isNaN(value) ? null : value, children: this.blocks(tokens, depth + 1) }
  }

  /** A paragraph with the breaks after it, which keep the distance to the next one as it was written. */
  #lines(token: Tokens.Generic): readonly Inline[] {
    const { type, raw, tokens } = token
    if (tokens === undefined || (type !== 'paragraph' && type !== 'text')) return [this.#text(raw)]
    const text = String((token as Tokens.Paragraph).text)
    const tail = raw.startsWith(text) ? raw.slice(text.length) : ''
    return tail === '' ? this.#inlines(tokens) : [...this.#inlines(tokens), this.#text(tail)]
  }

  #inlines(tokens: readonly Token[]): readonly Inline[] {
    const inlines = tokens.map((token, index) => {
      const isProduct = isOperand(tokens[index - 1]?.raw.at(-1)) && isOperand(tokens[index + 1]?.raw[0])
      return this.#inline(token as Tokens.Generic, isProduct)
    })
    return merged(inlines).map((inline) => this.#count(inline))
  }

  #inline(token: Tokens.Generic, isProduct: boolean): Inline {
    const { type, raw, tokens = [] } = token
    if (type === 'em' && isProduct && raw.startsWith('*')) return { kind: 'text', text: raw }
    switch (type) {
      case 'strong':
        return { kind: 'bold', children: this.#inlines(tokens) }
      case 'em':
        return { kind: 'italic', children: this.#inlines(tokens) }
      case 'del':
        return { kind: 'strike', children: this.#inlines(tokens) }
      case 'codespan':
        return { kind: 'code', text: (token as Tokens.Codespan).text }
      case 'link':
      case 'image':
        return this.#link(token as Tokens.Link)
      default:
        return { kind: 'text', text: raw }
    }
  }

  /** Pictures as well: nothing is fetched, so they are links. */
  #link({ raw, href, title, text, tokens }: Tokens.Link): Inline {
    const target = readTarget(href)
    // A title would be words that nobody sees.
    if (target === null || title || text.trim() === '') return { kind: 'text', text: raw }
    const host = namesHost(text, target) ? null : target.host
    return { kind: 'link', href: target.href, host, children: this.#inlines(tokens).map(withoutLinks) }
  }

  #text(text: string): Inline {
    return this.#count({ kind: 'text', text })
  }

  #count<Node>(node: Node): Node {
    if (++this.#nodes > maxNodes) throw new TooMuchMarkup()
    return node
  }
}

/** Between two of these a star multiplies. */
function isOperand(char: string | undefined): boolean {
  return char !== undefined && /[0-9A-Za-z)(]/.test(char)
}

function codeOf({ text, lang = '' }: Tokens.Code): Block {
  return { kind: 'code', text: language.test(lang) ? text : `${lang}\n${text}` }
}

/** A link in a link would be two targets for one press. */
function withoutLinks(inline: Inline): Inline {
  if (!('children' in inline)) return inline
  const children = inline.children.map(withoutLinks)
  return inline.kind === 'link' ? { kind: 'text', text: textOf(children) } : { ...inline, children }
}

/** The words of a run, without their looks. */
export function textOf(inlines: readonly Inline[]): string {
  return inlines.map((inline) => ('text' in inline ? inline.text : textOf(inline.children))).join('')
}

/** Text beside text is one text. */
function merged(run: readonly Inline[]): Inline[] {
  const inlines: Inline[] = []
  for (const inline of run) {
    const last = inlines.at(-1)
    if (inline.kind === 'text' && last?.kind === 'text')
      inlines[inlines.length - 1] = { kind: 'text', text: last.text + inline.text }
    else inlines.push(inline)
  }
  return inlines
}

function withoutOuterBreaks(run: readonly Inline[]): readonly Inline[] {
  const children = merged(run)
  const [first] = children
  if (first?.kind === 'text') children[0] = { kind: 'text', text: first.text.replace(/^\n+/, '') }
  const last = children.at(-1)
  if (last?.kind === 'text')
    children[children.length - 1] = { kind: 'text', text: last.text.replace(/\n+$/, '') }
  return children.filter((inline) => inline.kind !== 'text' || inline.text !== '')
}
