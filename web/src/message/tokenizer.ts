/** The part of Markdown that messages know, read by marked within bounds. What it does not take stays text. */
import { Tokenizer } from 'marked'
import type { Tokens } from 'marked'
import { maxAttempts, maxBlockDepth, maxInlineDepth, maxNodes } from './limits.ts'

/** A text with more in it than is worth looking at; it is shown as written. */
export class TooMuchMarkup extends Error {
  readonly code = 'too-much-markup'
}

/** Runs of text merge, so there are more steps than nodes. */
const maxSteps = 4 * maxNodes

/** For one text each. */
export class MessageTokenizer extends Tokenizer {
  #blockDepth = 0
  #inlineDepth = 0
  #attempts = 0
  #steps = 0

  override blockquote(src: string): Tokens.Blockquote | undefined {
    // A face such as >_< is no quote.
    return /^ {0,3}>[\s>]/.test(src) ? this.#inBlock(() => super.blockquote(src)) : undefined
  }

  override list(src: string): Tokens.List | undefined {
    // A line that begins with a plus is a sum or an applause.
    return /^ {0,3}\+/.test(src) ? undefined : this.#inBlock(() => super.list(src))
  }

  override fences(src: string): Tokens.Code | undefined {
    return /^ {0,3}```/.test(src) ? super.fences(src) : undefined
  }

  override paragraph(src: string): Tokens.Paragraph | undefined {
    this.#step()
    return super.paragraph(src)
  }

  override text(src: string): Tokens.Text | undefined {
    this.#step()
    return super.text(src)
  }

  override inlineText(src: string): Tokens.Text | undefined {
    this.#step()
    return super.inlineText(src)
  }

  override escape(src: string): Tokens.Escape | undefined {
    this.#step()
    return super.escape(src)
  }

  override emStrong(
    src: string,
    maskedSrc: string,
    prevChar?: string,
  ): Tokens.Em | Tokens.Strong | undefined {
    return /^[*_]/.test(src) ? this.#inInline(() => super.emStrong(src, maskedSrc, prevChar)) : undefined
  }

  override del(src: string, maskedSrc: string, prevChar?: string): Tokens.Del | undefined {
    // One tilde stands for "about".
    return src.startsWith('~~') ? this.#inInline(() => super.del(src, maskedSrc, prevChar)) : undefined
  }

  override link(src: string): Tokens.Link | Tokens.Image | undefined {
    return /^!?\[/.test(src) ? this.#inInline(() => super.link(src)) : undefined
  }

  override code(): undefined {
    return undefined
  }
  override def(): undefined {
    return undefined
  }
  override heading(): undefined {
    return undefined
  }
  override hr(): undefined {
    return undefined
  }
  override html(): undefined {
    return undefined
  }
  override lheading(): undefined {
    return undefined
  }
  override reflink(): undefined {
    return undefined
  }
  override table(): undefined {
    return undefined
  }
  override tag(): undefined {
    return undefined
  }

  #inBlock<Token>(read: () => Token): Token | undefined {
    if (this.#blockDepth >= maxBlockDepth) return undefined
    this.#blockDepth++
    try {
      return read()
    } finally {
      this.#blockDepth--
    }
  }

  #inInline<Token>(read: () => Token): Token | undefined {
    if (this.#inlineDepth >= maxInlineDepth || this.#attempts >= maxAttempts) return undefined
    this.#attempts++
    this.#inlineDepth++
    try {
      return read()
    } finally {
      this.#inlineDepth--
    }
  }

  #step(): void {
    if (++this.#steps > maxSteps) throw new TooMuchMarkup()
  }
}
