// Texts written to do harm, or to be in the way, in whatever shows them. `canary()` is what a script among them would call.

const url = 'https://hostile.example'

const scripts: readonly string[] = [
  '<script>canary()</script>',
  `<script src="${url}/x.js"></script>`,
  '"><script>canary()</script>',
  '</textarea></title></style><script>canary()</script>',
  '<img src=x onerror=canary()>',
  `<img src="${url}/pixel.gif">`,
  '<svg onload=canary()>',
  '<svg><animate onbegin=canary() attributeName=x dur=1s>',
  '<svg><a xlink:href="javascript:canary()"><text y="20">press</text></a></svg>',
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=canary()&gt;">',
  '<body onload=canary()>',
  '<details open ontoggle=canary()>',
  '<input autofocus onfocus=canary()>',
  '<iframe srcdoc="<script>parent.canary()</script>"></iframe>',
  `<iframe src="${url}"></iframe>`,
  `<object data="${url}"></object><embed src="${url}">`,
  `<link rel=stylesheet href="${url}/a.css">`,
  `<meta http-equiv=refresh content="0;url=${url}">`,
  `<base href="${url}/">`,
  `<form action="${url}"><button>press</button></form>`,
  '<template><script>canary()</script></template>',
  '<noscript><p title="</noscript><img src=x onerror=canary()>">',
  '<div style="position:fixed;inset:0;background:red;z-index:9999">all yours</div>',
  `<p style="background:url(${url}/p.png)">a</p>`,
  `<style>*{display:none}@import '${url}/a.css'</style>`,
  '<a name=canary href="javascript:canary()" id=app>press</a>',
  '<form id=document name=body><input name=attributes></form>',
  '<x onclick=canary() onpointerover=canary()>press</x>',
]

const entities: readonly string[] = [
  '&lt;script&gt;canary()&lt;/script&gt;',
  '&#60;img src=x onerror=canary()&#62;',
  '&amp;lt;b&amp;gt; &nbsp; &colon; &Tab; &NewLine; &#0; &#x110000;',
  '\\u003cscript\\u003ecanary()\\u003c/script\\u003e',
  '%3Cscript%3Ecanary()%3C/script%3E',
]

const links: readonly string[] = [
  '[press](javascript:canary())',
  '[press](JaVaScRiPt:canary())',
  '[press](java&#115;cript:canary())',
  '[press](javascript&colon;canary())',
  '[press](<java\tscript:canary()>)',
  '[press](\u0001javascript:canary())',
  '<javascript:canary()>',
  '[press](javascript://hostile.example/%0acanary())',
  '[press](ftp://hostile.example) [press](intent://hostile.example/#Intent;end) <ws://hostile.example>',
  '[press](data:text/html;base64,PHNjcmlwdD5jYW5hcnkoKTwvc2NyaXB0Pg==)',
  '[press](vbscript:canary) [press](blob:null/1) [press](filesystem:x)',
  '[press](x "onmouseover=canary() title")',
  `[press](${url}" onclick="canary())`,
  `![pixel](${url}/pixel.gif)`,
  '![x](javascript:canary()) ![x](data:image/svg+xml,<svg/onload=canary()>)',
  '[press][x]\n\n[x]: javascript:canary()',
  `https://bank.example@hostile.example https://bank.example:pw@hostile.example`,
  `[https://bank.example](${url})`,
  'https://аррӏе.example <https://аррӏе.example/login> [аррӏе](https://аррӏе.example)',
  `[\u202eelpmaxe.knab//:sptth](${url})`,
  `[bank\u200b.example](${url})`,
  `${url}/${'path/'.repeat(300)}`,
  `${url}/?${'q=1&'.repeat(200)}`,
  'http://[::1]:1/ http://127.0.0.1:1/ http://0x7f.1/ //hostile.example file:///etc/hosts',
  'mailto:a@hostile.example?bcc=b@hostile.example tel:112 sms:112 intent://x#Intent;end',
  `[${'[press]'.repeat(40)}](${url})`,
]

const templates: readonly string[] = [
  '{@html "<img src=x onerror=canary()>"} {canary()} {#if canary()}{/if}',
  '{{constructor.constructor("canary()")()}} ${canary()} #{canary()} <%= canary() %> [[canary()]]',
  '%s %d %o $& $1 $` {0} :name {name}',
  '__proto__',
  'constructor',
  'toString',
  '{"__proto__":{"polluted":true}}',
  'hasOwnProperty\u0000valueOf',
  "window.name='canary()';eval(name)",
  "');canary();('",
  '`;canary();//',
  '</p></div></li></ul></main>',
  'background:red;position:fixed;inset:0;}*{display:none',
]

const markdown: readonly string[] = [
  '>'.repeat(3_000),
  '> '.repeat(500) + 'deep',
  '- '.repeat(500) + 'deep',
  '1. '.repeat(300) + 'deep',
  Array.from({ length: 60 }, (_, level) => `${'  '.repeat(level)}- level ${level}`).join('\n'),
  '- item\n'.repeat(2_000),
  '999999999. large\n1000000000. larger',
  '*a **b '.repeat(500),
  '*a_ '.repeat(2_000),
  '['.repeat(3_000),
  '`'.repeat(2_000) + 'code',
  '```\n' + 'x'.repeat(3_000) + '\n```',
  '```\nnever closed\n' + 'line\n'.repeat(50),
  `${'|a'.repeat(400)}\n${'|-'.repeat(400)}\n${'|b'.repeat(400)}`,
  '||| |||| ||spoiler|| |||',
  '# heading\n## heading\n---\n===\n***',
  '**bold *italic ~~strike `code [link](' + url + ')` ~~ * **',
  '> ```\n> code in a quote\n> - list in a quote\n>   > quote in a list',
]

const sizes: readonly string[] = [
  'W'.repeat(8_000),
  '\ufdfd'.repeat(200),
  '𒐫'.repeat(120),
  '\n'.repeat(5_000) + 'end',
  'line\n'.repeat(3_000),
  ' '.repeat(4_000) + 'end',
  '\t'.repeat(500) + 'end',
  '\u00a0'.repeat(2_000) + 'end',
  '_'.repeat(3_000),
  '👩‍👩‍👧‍👦'.repeat(300),
  '👍' + '🏿'.repeat(200),
  '🇦'.repeat(301),
  'a'.repeat(200) + ' ' + 'b'.repeat(200),
]

/** What could paint beyond its place. */
export const towers: readonly string[] = [
  `Z${'\u0300\u0316'.repeat(60)}a${'\u035c\u0489'.repeat(40)}lgo`,
  'ก็็็็็็็็็็็็็็็็็็็็ ด้้้้้็็็็็้้้้้็็็็็',
  `${'e\u0301\u0302\u0303\u0304\u0305\u0306'.repeat(200)}`,
  `\u0301\u0316${'\u20dd\u20e0'.repeat(30)} first`,
  'ﷺ ௵ ꧅ ⸻ ﷽',
]

const directions: readonly string[] = [
  '\u202egnp.exe',
  '\u202e'.repeat(200) + 'turned',
  '\u2066\u2067\u2068'.repeat(100) + 'open',
  '\u2069\u2069\u2069 \u202c\u202c closes what it did not open',
  'עליזה כתבה (שלום)',
  'مرحبا: 123 (abc) !',
  '\u200f: \u061c Bob \u200e(owner)',
  'Alice\u202e \u2067: \u2066ecilA',
]

const signs: readonly string[] = [
  '\ud800 lone \udc00 \udbff',
  '\u0000 null \u0001\u0007\u001b[31m\u009b31m',
  'line\u2028separator\u2029paragraph\u0085next\u000bvertical\u000cpage',
  '\u200b\u200c\u200d\u2060\ufeff\u00ad'.repeat(100),
  'A\u200bl\u200bi\u200bc\u200be',
  'Аlісе (Cyrillic) and ᎪᏞᏆᏟᎬ',
  '\u3164\u115f\u1160\uffa0',
  '\ue000\uf8ff\ufffe\uffff\u{10ffff}',
  '\r\rreturn\r\nand\n\rback',
  ' \u00a0\u3000 ',
  '🏴󠁧󠁢󠁥󠁮󠁧󠁿🏴‍☠️ ☺︎☺️ 1️⃣',
]

export const seeds: readonly string[] = [
  ...scripts,
  ...entities,
  ...links,
  ...templates,
  ...markdown,
  ...sizes,
  ...towers,
  ...directions,
  ...signs,
]
