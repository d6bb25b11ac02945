/**
 * Frozen bytes on which Ed25519 and X25519 libraries disagree, and one frozen answer of every other job.
 * The self-check runs them at start-up, the acceptance suite names them one by one. Computed from the curve equations;
 * the wrap comes from @hpke/core 1.9.0.
 */

/** A signature, and whether the pinned rule takes it once its key has been checked. */
export interface EdgeSignature {
  readonly why: string
  readonly publicKey: string
  readonly message: string
  readonly signature: string
  readonly valid: boolean
}

/** Signatures at the edges of the pinned rule. */
export const edgeSignatures: readonly EdgeSignature[] = [
  {
    why: 'an honest signature',
    publicKey: '90a1d6de49af0ae9368fd6c118f136bb17a84f369a74e45c7efb3eef5f7228d8',
    message: '416c69636520746f20426f62',
    signature:
      'b4a4196ff6b0d4078b691e306194a997b1b7442434f0a83e1ea21af200470ce22039ac893b7868f4fa02805e5e6426c368a24efcd7ceec1fd2d06ba92eaaee07',
    valid: true,
  },
  {
    why: 'another message',
    publicKey: '90a1d6de49af0ae9368fd6c118f136bb17a84f369a74e45c7efb3eef5f7228d8',
    message: '416c69636520746f20426f64',
    signature:
      'b4a4196ff6b0d4078b691e306194a997b1b7442434f0a83e1ea21af200470ce22039ac893b7868f4fa02805e5e6426c368a24efcd7ceec1fd2d06ba92eaaee07',
    valid: false,
  },
  {
    why: 'a changed S',
    publicKey: '90a1d6de49af0ae9368fd6c118f136bb17a84f369a74e45c7efb3eef5f7228d8',
    message: '416c69636520746f20426f62',
    signature:
      'b4a4196ff6b0d4078b691e306194a997b1b7442434f0a83e1ea21af200470ce22039ac893b7868f4fb02805e5e6426c368a24efcd7ceec1fd2d06ba92eaaee07',
    valid: false,
  },
  {
    why: 'a changed R',
    publicKey: '90a1d6de49af0ae9368fd6c118f136bb17a84f369a74e45c7efb3eef5f7228d8',
    message: '416c69636520746f20426f62',
    signature:
      'b4a4196ff6b1d4078b691e306194a997b1b7442434f0a83e1ea21af200470ce22039ac893b7868f4fa02805e5e6426c368a24efcd7ceec1fd2d06ba92eaaee07',
    valid: false,
  },
  {
    why: 'S + L',
    publicKey: '90a1d6de49af0ae9368fd6c118f136bb17a84f369a74e45c7efb3eef5f7228d8',
    message: '416c69636520746f20426f62',
    signature:
      'b4a4196ff6b0d4078b691e306194a997b1b7442434f0a83e1ea21af200470ce20d0da2e655db7a4cd19f77013d5e05d868a24efcd7ceec1fd2d06ba92eaaee17',
    valid: false,
  },
  {
    why: 'S with its top bit set',
    publicKey: '90a1d6de49af0ae9368fd6c118f136bb17a84f369a74e45c7efb3eef5f7228d8',
    message: '416c69636520746f20426f62',
    signature:
      'b4a4196ff6b0d4078b691e306194a997b1b7442434f0a83e1ea21af200470ce22039ac893b7868f4fa02805e5e6426c368a24efcd7ceec1fd2d06ba92eaaee87',
    valid: false,
  },
  {
    why: 'S = L, R the identity',
    publicKey: '90a1d6de49af0ae9368fd6c118f136bb17a84f369a74e45c7efb3eef5f7228d8',
    message: '416c69636520746f20426f62',
    signature:
      '0100000000000000000000000000000000000000000000000000000000000000edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010',
    valid: false,
  },
  {
    why: 'a forgery under the key of the identity',
    publicKey: '0100000000000000000000000000000000000000000000000000000000000000',
    message: '666f72676564203131',
    signature:
      'c9ebd5ece8006188915d7ab8907c8e7391dbfd2c8be3a009c60895b379af988315b0c96ee7497496d24181afe91df96732becb80bc16e36be345693b07062906',
    valid: false,
  },
  {
    why: 'a forgery under the key of order 2',
    publicKey: 'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    message: '666f726765642033',
    signature:
      'c9ebd5ece8006188915d7ab8907c8e7391dbfd2c8be3a009c60895b379af988315b0c96ee7497496d24181afe91df96732becb80bc16e36be345693b07062906',
    valid: false,
  },
  {
    why: 'a forgery under the key of order 4',
    publicKey: '0000000000000000000000000000000000000000000000000000000000000000',
    message: '666f726765642036',
    signature:
      'c9ebd5ece8006188915d7ab8907c8e7391dbfd2c8be3a009c60895b379af988315b0c96ee7497496d24181afe91df96732becb80bc16e36be345693b07062906',
    valid: false,
  },
  {
    why: 'a forgery under the key of order 8',
    publicKey: '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    message: '666f72676564203132',
    signature:
      'c9ebd5ece8006188915d7ab8907c8e7391dbfd2c8be3a009c60895b379af988315b0c96ee7497496d24181afe91df96732becb80bc16e36be345693b07062906',
    valid: false,
  },
  {
    why: 'a forgery under the identity with its sign bit set',
    publicKey: '0100000000000000000000000000000000000000000000000000000000000080',
    message: '666f72676564203132',
    signature:
      'c9ebd5ece8006188915d7ab8907c8e7391dbfd2c8be3a009c60895b379af988315b0c96ee7497496d24181afe91df96732becb80bc16e36be345693b07062906',
    valid: false,
  },
  {
    why: 'a forgery under the non-canonical key y = p',
    publicKey: 'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    message: '666f726765642033',
    signature:
      'c9ebd5ece8006188915d7ab8907c8e7391dbfd2c8be3a009c60895b379af988315b0c96ee7497496d24181afe91df96732becb80bc16e36be345693b07062906',
    valid: false,
  },
  {
    why: 'a forgery under the non-canonical key y = p + 1',
    publicKey: 'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    message: '666f726765642030',
    signature:
      'c9ebd5ece8006188915d7ab8907c8e7391dbfd2c8be3a009c60895b379af988315b0c96ee7497496d24181afe91df96732becb80bc16e36be345693b07062906',
    valid: false,
  },
  {
    why: 'a forgery under the non-canonical key y = p + 1, sign bit set',
    publicKey: 'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
    message: '666f726765642032',
    signature:
      'c9ebd5ece8006188915d7ab8907c8e7391dbfd2c8be3a009c60895b379af988315b0c96ee7497496d24181afe91df96732becb80bc16e36be345693b07062906',
    valid: false,
  },
  {
    why: 'R the identity, equation satisfied',
    publicKey: '90a1d6de49af0ae9368fd6c118f136bb17a84f369a74e45c7efb3eef5f7228d8',
    message: '416c69636520746f20426f62',
    signature:
      '01000000000000000000000000000000000000000000000000000000000000009ec51ead5daa7f978e26d6384ce5f667b7fcf1bb71bd0876ece2b97cb8f23d03',
    valid: false,
  },
  {
    why: 'R the identity, not canonical',
    publicKey: '90a1d6de49af0ae9368fd6c118f136bb17a84f369a74e45c7efb3eef5f7228d8',
    message: '416c69636520746f20426f62',
    signature:
      'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f5170d18bb64daea70ec4412551e436649c47104aad4af6890c8198c94787ce06',
    valid: false,
  },
  {
    why: 'R of order 8, equation satisfied with the cofactor only',
    publicKey: '90a1d6de49af0ae9368fd6c118f136bb17a84f369a74e45c7efb3eef5f7228d8',
    message: '416c69636520746f20426f62',
    signature:
      '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc0544f0bb1eb4f3d133e5e5f6f847c03f8a9056830d1c6eab9f2209468b0bb74a08',
    valid: false,
  },
  {
    why: 'R with a component of order 8, equation satisfied with the cofactor only',
    publicKey: '90a1d6de49af0ae9368fd6c118f136bb17a84f369a74e45c7efb3eef5f7228d8',
    message: '416c69636520746f20426f62',
    signature:
      '015bf31a1f5750d28950273070531e6bc4523977659338c70cb078adaac8d0277ab0048e2d9cc8f6c717e790035428435d336a6a801f0c6e1784d927a0507a0e',
    valid: false,
  },
  {
    why: 'R with a component of order 2, equation satisfied with the cofactor only',
    publicKey: '90a1d6de49af0ae9368fd6c118f136bb17a84f369a74e45c7efb3eef5f7228d8',
    message: '416c69636520746f20426f62',
    signature:
      '24142a1317ff9e776ea285476f83718c6e2402d3741c5ff639f76a4c8650677c037cc63286fcb34cf7ce5e73de34ddf19f4b3afaae1dcafeabecc35162895600',
    valid: false,
  },
  {
    why: 'a key with a component of order 2 (checkSigningKey refuses it), equation satisfied',
    publicKey: '5d5e2921b650f516c970293ee70ec944e857b0c9658b1ba38104c110a08dd727',
    message: '6d697865642030',
    signature:
      'c9ebd5ece8006188915d7ab8907c8e7391dbfd2c8be3a009c60895b379af9883838d01848c3c77cdf863bf25166043a7edb6036bc1a0f11af83e98668b519308',
    valid: true,
  },
  {
    why: 'a key with a component of order 2, equation satisfied with the cofactor only',
    publicKey: '5d5e2921b650f516c970293ee70ec944e857b0c9658b1ba38104c110a08dd727',
    message: '6d697865642033',
    signature:
      'c9ebd5ece8006188915d7ab8907c8e7391dbfd2c8be3a009c60895b379af98832b263a907832c9f31318a41d02144d5c9a7ef90d4a491aab0728618a5dc2c301',
    valid: false,
  },
  {
    why: 'a key with a component of order 2, R of small order, equation satisfied',
    publicKey: '5d5e2921b650f516c970293ee70ec944e857b0c9658b1ba38104c110a08dd727',
    message: '6d6978656420722030',
    signature:
      'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7fe5dab6c1f288451f397430b8aa2f2930ae6ee06a29f6878d33970ebd0fe27e06',
    valid: false,
  },
  {
    why: 'a key with a component of order 8 (checkSigningKey refuses it), equation satisfied',
    publicKey: 'c4f8cd0598af8687c60b1f888ecba10fb56a4672eb01174ca23d93c2eb0d74b6',
    message: '6d697865642030',
    signature:
      'c9ebd5ece8006188915d7ab8907c8e7391dbfd2c8be3a009c60895b379af9883b2c3490966e99cbacf0a9410d0e5a1629eb17a4ffda8bd5b71a118c4abb9d406',
    valid: true,
  },
  {
    why: 'a key with a component of order 8, equation satisfied with the cofactor only',
    publicKey: 'c4f8cd0598af8687c60b1f888ecba10fb56a4672eb01174ca23d93c2eb0d74b6',
    message: '6d697865642031',
    signature:
      'c9ebd5ece8006188915d7ab8907c8e7391dbfd2c8be3a009c60895b379af9883bc920b4471041815e457233769649ab992cb94bbefae1b85a6d7ac676291130f',
    valid: false,
  },
  {
    why: 'a key with a component of order 8, R of small order, equation satisfied',
    publicKey: 'c4f8cd0598af8687c60b1f888ecba10fb56a4672eb01174ca23d93c2eb0d74b6',
    message: '6d6978656420722030',
    signature:
      '000000000000000000000000000000000000000000000000000000000000008013a3a102a84c225ffb47a29a40b7603b2cfae0c1723afbf235fd0c2c79b1f00f',
    valid: false,
  },
  {
    why: 'a key that is no point',
    publicKey: '0200000000000000000000000000000000000000000000000000000000000000',
    message: '416c69636520746f20426f62',
    signature:
      'b4a4196ff6b0d4078b691e306194a997b1b7442434f0a83e1ea21af200470ce22039ac893b7868f4fa02805e5e6426c368a24efcd7ceec1fd2d06ba92eaaee07',
    valid: false,
  },
  {
    why: 'a non-canonical key of large order',
    publicKey: 'f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    message: '416c69636520746f20426f62',
    signature:
      'b4a4196ff6b0d4078b691e306194a997b1b7442434f0a83e1ea21af200470ce22039ac893b7868f4fa02805e5e6426c368a24efcd7ceec1fd2d06ba92eaaee07',
    valid: false,
  },
  {
    why: 'a key of 31 bytes',
    publicKey: '90a1d6de49af0ae9368fd6c118f136bb17a84f369a74e45c7efb3eef5f7228',
    message: '416c69636520746f20426f62',
    signature:
      'b4a4196ff6b0d4078b691e306194a997b1b7442434f0a83e1ea21af200470ce22039ac893b7868f4fa02805e5e6426c368a24efcd7ceec1fd2d06ba92eaaee07',
    valid: false,
  },
  {
    why: 'a signature of 63 bytes',
    publicKey: '90a1d6de49af0ae9368fd6c118f136bb17a84f369a74e45c7efb3eef5f7228d8',
    message: '416c69636520746f20426f62',
    signature:
      'b4a4196ff6b0d4078b691e306194a997b1b7442434f0a83e1ea21af200470ce22039ac893b7868f4fa02805e5e6426c368a24efcd7ceec1fd2d06ba92eaaee',
    valid: false,
  },
  {
    why: 'an empty signature',
    publicKey: '90a1d6de49af0ae9368fd6c118f136bb17a84f369a74e45c7efb3eef5f7228d8',
    message: '416c69636520746f20426f62',
    signature: '',
    valid: false,
  },
]

/** Ed25519 public keys at the edges. */
export const edgeSigningKeys: readonly {
  readonly why: string
  readonly publicKey: string
  readonly sound: boolean
}[] = [
  {
    why: 'an honest key',
    publicKey: '90a1d6de49af0ae9368fd6c118f136bb17a84f369a74e45c7efb3eef5f7228d8',
    sound: true,
  },
  {
    why: 'the base point',
    publicKey: '5866666666666666666666666666666666666666666666666666666666666666',
    sound: true,
  },
  {
    why: 'small order, 0 times the point of order 8',
    publicKey: '0100000000000000000000000000000000000000000000000000000000000000',
    sound: false,
  },
  {
    why: 'small order, 1 times the point of order 8',
    publicKey: '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    sound: false,
  },
  {
    why: 'small order, 2 times the point of order 8',
    publicKey: '0000000000000000000000000000000000000000000000000000000000000000',
    sound: false,
  },
  {
    why: 'small order, 3 times the point of order 8',
    publicKey: 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
    sound: false,
  },
  {
    why: 'small order, 4 times the point of order 8',
    publicKey: 'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    sound: false,
  },
  {
    why: 'small order, 5 times the point of order 8',
    publicKey: 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
    sound: false,
  },
  {
    why: 'small order, 6 times the point of order 8',
    publicKey: '0000000000000000000000000000000000000000000000000000000000000080',
    sound: false,
  },
  {
    why: 'small order, 7 times the point of order 8',
    publicKey: '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
    sound: false,
  },
  {
    why: 'small order, not canonical',
    publicKey: '0100000000000000000000000000000000000000000000000000000000000080',
    sound: false,
  },
  {
    why: 'small order, not canonical',
    publicKey: 'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
    sound: false,
  },
  {
    why: 'small order, not canonical',
    publicKey: 'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    sound: false,
  },
  {
    why: 'small order, not canonical',
    publicKey: 'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
    sound: false,
  },
  {
    why: 'small order, not canonical',
    publicKey: 'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    sound: false,
  },
  {
    why: 'small order, not canonical',
    publicKey: 'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
    sound: false,
  },
  {
    why: 'a component of order 2',
    publicKey: '5d5e2921b650f516c970293ee70ec944e857b0c9658b1ba38104c110a08dd727',
    sound: false,
  },
  {
    why: 'a component of order 4',
    publicKey: 'bed93babeb2ae67593094eaa591a76550f23a76cf06a85ec3b7862d07c126cb4',
    sound: false,
  },
  {
    why: 'a component of order 8',
    publicKey: 'c4f8cd0598af8687c60b1f888ecba10fb56a4672eb01174ca23d93c2eb0d74b6',
    sound: false,
  },
  {
    why: 'no point of the curve',
    publicKey: '0200000000000000000000000000000000000000000000000000000000000000',
    sound: false,
  },
  {
    why: 'large order, not canonical',
    publicKey: 'f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    sound: false,
  },
  {
    why: 'large order, not canonical',
    publicKey: 'f1ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    sound: false,
  },
  {
    why: 'large order, not canonical',
    publicKey: 'f2ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    sound: false,
  },
  {
    why: 'all ones',
    publicKey: 'ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
    sound: false,
  },
  {
    why: '31 bytes',
    publicKey: '90a1d6de49af0ae9368fd6c118f136bb17a84f369a74e45c7efb3eef5f7228',
    sound: false,
  },
  {
    why: '33 bytes',
    publicKey: '90a1d6de49af0ae9368fd6c118f136bb17a84f369a74e45c7efb3eef5f7228d800',
    sound: false,
  },
  { why: 'no bytes', publicKey: '', sound: false },
]

/** X25519 public keys at the edges. */
export const edgeKemKeys: readonly {
  readonly why: string
  readonly publicKey: string
  readonly usable: boolean
}[] = [
  {
    why: 'an honest key',
    publicKey: '4b6ebc5f53f7e89a104535cae61e2942ce4bac099a3a019c841e4029cc82c36b',
    usable: true,
  },
  {
    why: 'the base point',
    publicKey: '0900000000000000000000000000000000000000000000000000000000000000',
    usable: true,
  },
  {
    why: 'small order',
    publicKey: '0000000000000000000000000000000000000000000000000000000000000000',
    usable: false,
  },
  {
    why: 'small order',
    publicKey: '0100000000000000000000000000000000000000000000000000000000000000',
    usable: false,
  },
  {
    why: 'small order',
    publicKey: 'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
    usable: false,
  },
  {
    why: 'small order',
    publicKey: '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
    usable: false,
  },
  {
    why: 'small order',
    publicKey: 'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    usable: false,
  },
  {
    why: 'p, not canonical',
    publicKey: 'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    usable: false,
  },
  {
    why: 'p + 1, not canonical',
    publicKey: 'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    usable: false,
  },
  {
    why: 'p + 9, not canonical',
    publicKey: 'f6ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    usable: false,
  },
  {
    why: '2^255 − 1, not canonical',
    publicKey: 'ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    usable: false,
  },
  {
    why: 'top bit set',
    publicKey: '4b6ebc5f53f7e89a104535cae61e2942ce4bac099a3a019c841e4029cc82c3eb',
    usable: false,
  },
  {
    why: '31 bytes',
    publicKey: '4b6ebc5f53f7e89a104535cae61e2942ce4bac099a3a019c841e4029cc82c3',
    usable: false,
  },
  {
    why: '33 bytes',
    publicKey: '4b6ebc5f53f7e89a104535cae61e2942ce4bac099a3a019c841e4029cc82c36b00',
    usable: false,
  },
  { why: 'no bytes', publicKey: '', usable: false },
]

/** One answer of each other job, every field in hexadecimal. */
export const frozen = {
  key: '00cb9ae16a4902ed1eeaba316b3e57b51ccaf847c4f4affb2c97afd99d8b2a70',
  publicKey: '90a1d6de49af0ae9368fd6c118f136bb17a84f369a74e45c7efb3eef5f7228d8',
  nonce: '1b16b1df538ba12dc3f97edb',
  aad: '6b69746820616164',
  message: '416c69636520746f20426f62',
  sealed: '684baae031d369c0b9595000be3b56f69fdaebeb620a62bb32392b5c',
  hkdf: '0f855483ace3ea73346798bb8ed13bd02a2e6d8209129e182ef6b5b7e5b6c31dcb31f4aa84f7ea0fd583179e',
  hmac: '253cef9e40e69120de782537aed97318536d6631c3394fd78b46093e868ddf41',
  sha256: 'c77202dbbc530c3d0c6e332287716118f40d7e4d3767fa5890200bc2442027a6',
  kemSecret: '4f328d3ba628f7c5a7ff43620592dd5d04fb1c73a29b11fdcf3a89043ee8cc0d',
  enc: 'eaf4471c5e661591ee0047f69ef859dd55b705193b28f79646e8b21c3bcea810',
  info: '6b69746820696e666f',
  wrap: 'a38c09b1cba3e6a274517fea7022f9bc812212a79c149168e00e0a9f',
} as const
