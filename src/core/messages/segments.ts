/**
 * How many SMS parts a text takes: GSM 03.38 (7-bit) or UCS-2, and the room that headers leave
 * (3GPP TS 23.038 and 23.040). Checked against an independent implementation in `segments.test.ts`.
 */
export type Encoding = 'gsm7' | 'ucs2';

/** Units that fit one message: septets for `gsm7`, UTF-16 code units for `ucs2`. */
export interface Room {
  /** The only part of a message. */
  single: number;
  /** Each part of a concatenated message. */
  part: number;
}

/**
 * A part carries 140 octets. Headers take: concatenation 6 (05 00 03 ref total seq), 16-bit ports 7
 * (06 05 04 dddd oooo), both together 12 under one length octet. 140 octets are 160 septets.
 */
const ROOM: Record<Encoding, { text: Room; port: Room }> = {
  gsm7: { text: { single: 160, part: 153 }, port: { single: 152, part: 146 } },
  ucs2: { text: { single: 70, part: 67 }, port: { single: 66, part: 64 } },
};

/** The default alphabet in order of its codes 0x00–0x7F; position 0x1B is the escape to the extension table. */
const BASIC =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u001bÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
const ESCAPE = 0x1b;
/** Characters behind the escape, each costing two septets that may not be parted. */
const EXTENSION: Record<string, number> = {
  '\f': 0x0a, '^': 0x14, '{': 0x28, '}': 0x29, '\\': 0x2f, '[': 0x3c, '~': 0x3d, ']': 0x3e, '|': 0x40, '€': 0x65,
}; // prettier-ignore

/** Septets of each UTF-16 code unit: 1, 2, or 0 when GSM 03.38 lacks it. */
const SEPTETS = new Uint8Array(0x10000);
const CODE = new Uint8Array(0x10000);
for (let code = 0; code < BASIC.length; code++) {
  if (code === ESCAPE) continue;
  SEPTETS[BASIC.charCodeAt(code)] = 1;
  CODE[BASIC.charCodeAt(code)] = code;
}
for (const [char, code] of Object.entries(EXTENSION)) {
  SEPTETS[char.charCodeAt(0)] = 2;
  CODE[char.charCodeAt(0)] = code;
}

export interface Segmentation {
  encoding: Encoding;
  /** 1 or more: an empty text is one empty message. */
  parts: number;
  /** Septets (`gsm7`, extension characters count two) or UTF-16 code units (`ucs2`) of the whole text. */
  units: number;
  /** `plain` was demanded, and this is the first character that GSM 03.38 lacks; the other fields say what it takes as UCS-2. */
  unencodable?: string;
}

export interface SegmentOptions {
  /** `auto` (default): GSM 03.38 when every character is in it. `unicode`: UCS-2 always. `plain`: GSM 03.38 wanted. */
  type?: 'auto' | 'unicode' | 'plain';
  /** The message goes to an application port, whose header takes room. */
  port?: boolean;
}

/** The room of a message in an encoding. @param port it goes to an application port, whose header takes room. */
export const roomOf = (encoding: Encoding, port: boolean): Room => ROOM[encoding][port ? 'port' : 'text'];

/** Counts the parts of a text. Extension characters and surrogate pairs are never split between parts. */
export function segment(text: string, options: SegmentOptions = {}): Segmentation {
  const use = options.port ? 'port' : 'text';
  if (options.type !== 'unicode') {
    let units = 0;
    let at = 0;
    for (; at < text.length; at++) {
      const septets = SEPTETS[text.charCodeAt(at)]!;
      if (septets === 0) break;
      units += septets;
    }
    if (at === text.length) return { encoding: 'gsm7', parts: gsm7Parts(text, units, ROOM.gsm7[use]), units };
    if (options.type === 'plain') {
      return { ...ucs2(text, ROOM.ucs2[use]), unencodable: String.fromCodePoint(text.codePointAt(at)!) };
    }
  }
  return ucs2(text, ROOM.ucs2[use]);
}

/**
 * The GSM 03.38 codes of a text, one octet each (not packed), escapes included; undefined when a character is not in it.
 * For provider interfaces that take binary content.
 */
export function gsm7Octets(text: string): Uint8Array | undefined {
  const octets: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    const septets = SEPTETS[char]!;
    if (septets === 0) return undefined;
    if (septets === 2) octets.push(ESCAPE);
    octets.push(CODE[char]!);
  }
  return Uint8Array.from(octets);
}

/** The different characters of a text that GSM 03.38 lacks: those that make it UCS-2. */
export function charactersBeyondGsm(text: string): Set<string> {
  const found = new Set<string>();
  for (const character of text) {
    if (character.length > 1 || SEPTETS[character.charCodeAt(0)] === 0) found.add(character);
  }
  return found;
}

function ucs2(text: string, room: Room): Segmentation {
  const units = text.length;
  if (units <= room.single) return { encoding: 'ucs2', parts: 1, units };
  let parts = 1;
  // A part ends at its capacity, or one unit before it where the pair of a surrogate would be torn.
  for (let end = room.part; end < units; end += room.part) {
    if (isHighSurrogate(text.charCodeAt(end - 1)) && isLowSurrogate(text.charCodeAt(end))) end--;
    parts++;
  }
  return { encoding: 'ucs2', parts, units };
}

function gsm7Parts(text: string, units: number, room: Room): number {
  if (units <= room.single) return 1;
  if (units === text.length) return Math.ceil(units / room.part);
  let parts = 1;
  let used = 0;
  for (let i = 0; i < text.length; i++) {
    const septets = SEPTETS[text.charCodeAt(i)]!;
    if (used + septets > room.part) {
      parts++;
      used = 0;
    }
    used += septets;
  }
  return parts;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
