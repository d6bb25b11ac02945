// Messages are read into bounded blocks, lose no words, and never throw.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Block, Inline } from '../../src/message/blocks.ts'
import { maxBlockDepth, maxChars, maxInlineDepth, maxNodes } from '../../src/message/limits.ts'
import { parseMessage, readMarkup, textOf } from '../../src/message/parse-message.ts'

interface Size {
  readonly nodes: number
  readonly depth: number
}

function sizeOf(nodes: readonly (Block | Inline)[]): Size {
  let count = 0
  let depth = 0
  for (const node of nodes) {
    const inside =
      'items' in node
        ? node.items.map(({ children }) => sizeOf(children))
        : 'children' in node
          ? [sizeOf(node.children)]
          : []
    count += 1 + inside.reduce((sum, each) => sum + each.nodes, 0)
    depth = Math.max(depth, 1 + Math.max(0, ...inside.map((each) => each.depth)))
  }
  return { nodes: count, depth }
}

function wordsOf(blocks: readonly Block[]): string {
  return blocks
    .map((block) => {
      if (block.kind === 'code') return block.text
      if (block.kind === 'text') return textOf(block.children)
      if (block.kind === 'quote') return wordsOf(block.children)
      return block.items.map(({ children }) => wordsOf(children)).join('\n')
    })
    .join('\n')
}

function linksOf(nodes: readonly (Block | Inline)[]): readonly Extract<Inline, { kind: 'link' }>[] {
  return nodes.flatMap((node) => {
    if (node.kind === 'link') return [node]
    if ('items' in node) return node.items.flatMap(({ children }) => linksOf(children))
    return 'children' in node ? linksOf(node.children) : []
  })
}

const oneLine = (text: string): readonly Inline[] => {
  const [block] = parseMessage(text)
  return block?.kind === 'text' ? block.children : []
}

/** As one text of one block: nothing in it is formatted. */
function isPlain(text: string): boolean {
  const [only, ...more] = parseMessage(text)
  return (
    more.length === 0 && only?.kind === 'text' && textOf(only.children) === text && sizeOf([only]).nodes === 2
  )
}

describe('plain text', () => {
  test.each([
    'Hello',
    'one\ntwo\n\n\nthree',
    '  two spaces first\n\tand a tab',
    '¯\\_(ツ)_/¯',
    'C:\\temp\\*.txt',
    '2*3*4 = 24',
    'snake_case_name and __init__.py is'.replace('__init__', '_init'),
    'about ~5 to ~6',
    '>:( >_<',
    '# not a heading',
    '----',
    'a | b\n--|--\n1 | 2',
    '+ one more',
    '&lt;b&gt; &amp;amp;',
    '<b>bold</b> <script>alert(1)</script>',
    '[x]: example',
    '[label][x]',
    '[label](javascript:alert(1))',
    '||| ||',
    '',
  ])('%j stands as it was written', (text) => {
    expect(isPlain(text)).toBe(true)
  })

  test('that is written in letters, marks between words and line breaks comes out unchanged', () => {
    const word = fc.stringMatching(/^[\p{L}][\p{L}\p{N}',.?!;)(]{0,12}$/u)
    const gap = fc.constantFrom(' ', '  ', '\n', '\n\n', '\n\n\n', ' \n')
    fc.assert(
      fc.property(fc.array(fc.tuple(word, gap), { minLength: 1, maxLength: 40 }), (parts) => {
        const text = parts
          .map(([each, after]) => each + after)
          .join('')
          .trim()
        // Such words are addresses, which is a format of its own.
        fc.pre(!/www\.|:\/\//i.test(text))
        expect(wordsOf(parseMessage(text))).toBe(text)
      }),
    )
  })
})

describe('formatting', () => {
  test('bold, italic, struck and code stand in the line', () => {
    expect(oneLine('a **b** _c_ ~~d~~ `e`').map(({ kind }) => kind)).toEqual([
      'text',
      'bold',
      'text',
      'italic',
      'text',
      'strike',
      'text',
      'code',
    ])
  })

  test('code, quotes and lists are blocks, and numbers of a list stay as written', () => {
    const blocks = parseMessage('```ts\nlet a\n```\n> said\n\n1. one\n3. three\n\n- dot')
    expect(blocks.map(({ kind }) => kind)).toEqual(['code', 'quote', 'list', 'list'])
    const [, , list] = blocks
    expect(list?.kind === 'list' && list.items.map(({ value }) => value)).toEqual([1, 3])
  })

  test('words beside the opening of a code block are not lost', () => {
    expect(wordsOf(parseMessage('```look at this\ncode\n```'))).toBe('look at this\ncode')
  })

  test('bold inside a word without spaces around it is bold', () => {
    expect(oneLine('这是**粗体**文字').map(({ kind }) => kind)).toEqual(['text', 'bold', 'text'])
  })
})

describe('links', () => {
  test.each([
    ['https://example.org/a?b=c', 'https://example.org/a?b=c', null],
    ['[here](https://example.org/a)', 'https://example.org/a', 'example.org'],
    ['[example.org/a](https://example.org/b)', 'https://example.org/b', null],
    ['[https://bank.example](https://evil.example)', 'https://evil.example/', 'evil.example'],
    ['[https://bank.example@evil.example](https://evil.example)', 'https://evil.example/', 'evil.example'],
    ['[bank.example.evil](https://bank.example)', 'https://bank.example/', 'bank.example'],
    ['[bank\u200b.example](https://bank.example)', 'https://bank.example/', 'bank.example'],
    ['<https://аpple.com>', 'https://xn--pple-43d.com/', 'xn--pple-43d.com'],
    ['![a cat](https://example.org/cat.png)', 'https://example.org/cat.png', 'example.org'],
    ['[write](mailto:bob@example.org)', 'mailto:bob@example.org', 'bob@example.org'],
  ])('%s leads to %s and says so', (text, href, host) => {
    expect(linksOf(parseMessage(text))).toMatchObject([{ href, host }])
  })

  test.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'java\tscript:alert(1)',
    'javascript&#58;alert(1)',
    'javascript&colon;alert(1)',
    '&#x6A;avascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:msgbox(1)',
    'file:///etc/passwd',
    'blob:https://example.org/1',
    'ftp://example.org',
    'intent://example.org',
    '//example.org',
    '/path',
    '#/join/x',
    'https://user:word@example.org',
    'https://user@example.org',
    'https://exam\u202eple.org',
    'https://[',
  ])('%j is no address to follow', (href) => {
    expect(linksOf(parseMessage(`[press](${href}) [press](<${href}>) <${href}> ![press](${href})`))).toEqual(
      [],
    )
  })

  test('a link inside the label of a link is a part of the label', () => {
    expect(
      linksOf(parseMessage('[![a](https://a.example)](https://b.example)')).map(({ href }) => href),
    ).toEqual(['https://b.example/'])
  })
})

describe('bounds', () => {
  const bombs: Readonly<Record<string, string>> = {
    'quotes in quotes': `${'>'.repeat(1_900)} `.repeat(8),
    'quotes with spaces': '> '.repeat(3_000) + 'a',
    'lists in one line': '1. '.repeat(5_000),
    'lists in lists': Array.from({ length: 170 }, (_, level) => `${' '.repeat(level)}- a\n`).join(''),
    'a list of thousands': '- a\n'.repeat(4_000),
    'emphasis that never ends': '*a '.repeat(5_000),
    'emphasis of two kinds': '*a_ '.repeat(4_000),
    'emphasis in emphasis': '*a **b '.repeat(1_000) + ' b** a*'.repeat(1_000),
    brackets: '[ '.repeat(4_000) + '] '.repeat(4_000),
    'links that never end': '[a]( '.repeat(3_200),
    'links by thousands': '[a](https://b.example) '.repeat(700),
    'mail addresses of one long word': `${'a'.repeat(1_900)}@ `.repeat(8),
    'mail addresses': `${'a@b.'.repeat(490)} `.repeat(8),
    backslashes: '\\\\ '.repeat(5_000),
    backticks: Array.from({ length: 170 }, (_, length) => '`'.repeat(length) + ' ').join(''),
    tags: '<a '.repeat(5_000),
    'empty lines': '\n'.repeat(maxChars),
    'a table': `${'|a'.repeat(4_000)}\n${'|-'.repeat(4_000)}`,
    'more than a message may hold': '**a** '.repeat(maxChars),
  }

  test.each(Object.entries(bombs))('%s stay within the bounds, soon', (_, bomb) => {
    const startedMs = performance.now()
    const size = sizeOf(parseMessage(bomb))
    expect(performance.now() - startedMs).toBeLessThan(1_500)
    expect(size.nodes).toBeLessThanOrEqual(maxNodes)
    expect(size.depth).toBeLessThanOrEqual(maxBlockDepth + maxInlineDepth + 3)
  })

  test('any text is read without throwing, within the bounds, and keeps its letters', () => {
    const mark = fc.constantFrom(
      ...[
        '*',
        '**',
        '_',
        '~~',
        '`',
        '```\n',
        '> ',
        '- ',
        '1. ',
        '[',
        '](',
        ')',
        '!',
        '<',
        '\\',
        '|',
        '\n',
        '\t',
        ' ',
      ],
    )
    const piece = fc.oneof(
      mark,
      mark,
      fc.string({ unit: 'binary', maxLength: 6 }),
      fc.constantFrom('a', '字', '\ud800'),
    )
    const letters = (text: string): string => text.toWellFormed().replaceAll(/[^\p{L}]/gu, '')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const text = pieces.join('')
        const blocks = parseMessage(text)
        const { nodes, depth } = sizeOf(blocks)
        expect(nodes).toBeLessThanOrEqual(maxNodes)
        expect(depth).toBeLessThanOrEqual(maxBlockDepth + maxInlineDepth + 3)
        // A language beside the opening of a code block and the target of a link are no words of the text.
        if (!text.includes('](') && !text.includes('```'))
          expect(letters(wordsOf(blocks))).toBe(letters(text))
      }),
      { numRuns: 1_000 },
    )
  })

  test('that are one line without signs read as they would with all of Markdown in view', () => {
    const pieces = [
      'a',
      'Word',
      ' ',
      '  ',
      '-',
      '+',
      '.',
      ')',
      '1',
      '12',
      '#',
      '=',
      '|',
      '!',
      '(',
      '/',
      '&',
      '"',
      "'",
      '*',
      '_',
    ]
    const more = [
      '~',
      '`',
      '[',
      ']',
      '<',
      '>',
      '\\',
      ':',
      '@',
      'www.',
      'http',
      'example.org',
      '\n',
      '\t',
      '\u00a0',
      'שלום',
      '🙂',
    ]
    const texts = fc.array(fc.constantFrom(...pieces, ...more), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(
        fc.oneof(
          texts.map((each) => each.join('')),
          fc.string({ unit: 'grapheme' }),
        ),
        (text) => {
          const shown = parseMessage(text)
          const [first] = parseMessage(text)
          const isPlain = shown.length === 1 && first?.kind === 'text' && textOf(first.children) === text
          if (isPlain && first.children.length === 1) expect(readMarkup(text) ?? shown).toEqual(shown)
        },
      ),
      { numRuns: 5_000 },
    )
  })
})
