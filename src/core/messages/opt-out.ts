/**
 * What a person's answer to a message means. A word counts when it is the whole message, whatever dress it comes in:
 * "don't stop" and "bus stop" are replies. Only STOP, the word that every message names, may have one more behind it.
 */
import { COUNTRY_STOPS, languagesOf, WORDS, type Language } from './opt-out-words';

/** `stop` and `start` change what may be sent to the number; everything else is just a reply. */
export type ReplyMeaning = 'stop' | 'start' | 'reply';

/** Where a word comes from: a language's list, or the account's own. */
export type WordSource = Language | 'account';

/** What a text means, and by which word it does. */
export interface Reply {
  meaning: ReplyMeaning;
  /** As the list has it, upper case, without accents; absent = just a reply. */
  word?: string;
  language?: WordSource;
}

/** What decides which words count. */
export interface OptOutSettings {
  /** ISO 3166 alpha-2: of the account, and of the phone. */
  countries: Iterable<string>;
  /** The account's own, beside those of the languages. */
  words: readonly string[];
  optInWords: readonly string[];
}

/** Words that count, normalised as texts are. */
export interface OptOutVocabulary {
  stop: ReadonlyMap<string, WordSource>;
  start: ReadonlyMap<string, WordSource>;
  /** Each as its words, longest first. */
  please: readonly (readonly string[])[];
}

/** Nothing that long is a word with some politeness; in UTF-16 units. */
const MAX_LENGTH = 300;
/** Lines with which mail-like apps close a text, in the languages that such apps have. */
const SIGNATURE =
  /\n\s*(?:--\s*\n|sent (?:from|via) |get outlook for |envoyé (?:de(?:puis)?|à partir de) |enviado (?:desde|do|de|a partir do) |von meine[mr] .* gesendet|inviato da(?:l| )|verzonden vanaf )[\s\S]*$/i;
/** Accents of Latin, Greek and Cyrillic, harakat and the hamzas of Arabic, tatweel; vowel signs of Indic scripts stay. */
const MARKS = /[\u0300-\u036f\u064b-\u065f\u0670\u0640]/g;
/** What nobody sees: joiners, direction marks, soft hyphens, variation selectors, fillers. */
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;
const APOSTROPHES = /['\u2018\u2019\u02bc`\u00b4]/g;
/** Hyphens within a word belong to it. */
const TOKENS = /[\p{L}\p{M}\p{N}]+(?:-[\p{L}\p{M}\p{N}]+)*/gu;
/** Arabic letters that are written for each other. */
const FOLDED: Partial<Record<string, string>> = { ى: 'ي', ی: 'ي', ئ: 'ي', ک: 'ك', ة: 'ه', ہ: 'ه', ۃ: 'ه' };
const FOLDABLE = /[ىیئکةہۃ]/g;

/** Upper-case words of a text, without accents, invisible characters and everything that is neither letter nor digit. */
function tokensOf(text: string): string[] {
  const plain = text
    .normalize('NFKD')
    .replace(INVISIBLE, '')
    .replace(MARKS, '')
    .replace(APOSTROPHES, '')
    .replaceAll('\u2010', '-')
    .normalize('NFC')
    .replace(FOLDABLE, (letter) => FOLDED[letter]!)
    .toUpperCase();
  return joinLetters((plain.match(TOKENS) ?? []).flatMap((token) => token.split(BEFORE_DIGITS)));
}

/** A number behind a hyphen is one by itself: `STOP-12345`. */
const BEFORE_DIGITS = /-(?=\p{N}+$)/u;
const LETTER_BY_LETTER = /^\p{L}(?:-\p{L}){2,}$/u;

/** Three or more letters that stand alone spell a word: `S.T.O.P`. */
function joinLetters(tokens: readonly string[]): string[] {
  const joined: string[] = [];
  for (let at = 0; at < tokens.length;) {
    let end = at;
    while (end < tokens.length && /^\p{L}$/u.test(tokens[end]!)) end++;
    if (end - at >= 3) {
      joined.push(tokens.slice(at, end).join(''));
      at = end;
    } else {
      const token = tokens[at++]!;
      joined.push(LETTER_BY_LETTER.test(token) ? token.replaceAll('-', '') : token);
    }
  }
  return joined;
}

const phraseOf = (tokens: readonly string[]): string => tokens.join(' ').replaceAll('-', ' ');

/** A word or phrase as texts are compared with it; empty when it has neither letter nor digit. */
export const normaliseWord = (word: string): string => phraseOf(tokensOf(word));

/** The list of a language, normalised when it is asked for first: most deployments need a few. */
interface NormalisedWords {
  stop: readonly string[];
  start: readonly string[];
  please: readonly string[][];
}
const normalised = new Map<Language, NormalisedWords>();

function wordsOf(language: Language): NormalisedWords {
  let words = normalised.get(language);
  if (words === undefined) {
    const { stop, start, please } = WORDS[language];
    words = { stop: stop.map(normaliseWord), start: start.map(normaliseWord), please: please.map(tokensOf) };
    normalised.set(language, words);
  }
  return words;
}

/** Puts the lists together; the account's words come before those of the languages. */
export function vocabularyOf({ countries, words, optInWords }: OptOutSettings): OptOutVocabulary {
  const named = [...countries];
  const stop = new Map<string, WordSource>();
  const start = new Map<string, WordSource>();
  const please: string[][] = [];
  const put = (into: Map<string, WordSource>, list: readonly string[], source: WordSource): void => {
    for (const word of list) if (word !== '' && !stop.has(word) && !start.has(word)) into.set(word, source);
  };
  put(stop, words.map(normaliseWord), 'account');
  put(start, optInWords.map(normaliseWord), 'account');
  for (const country of named) put(stop, (COUNTRY_STOPS[country] ?? []).map(normaliseWord), 'en');
  for (const language of languagesOf(named)) {
    const known = wordsOf(language);
    put(stop, known.stop, language);
    put(start, known.start, language);
    please.push(...known.please);
  }
  return { stop, start, please: please.sort((a, b) => b.length - a.length) };
}

/** English words that may be followed by the number or name that a text asks to reply to. */
const BEFORE_NUMBER = new Set(['STOP', 'STOP TO', 'UNSUB', 'UNSUBSCRIBE', 'OPTOUT', 'OPT OUT', 'STOPALL']);
const NUMBER = /^\p{N}+$/u;

/** Reads a text as a person means it. */
export function readReply(text: string, vocabulary: OptOutVocabulary): Reply {
  const said = text.trim();
  if (said.length > MAX_LENGTH) return { meaning: 'reply' };
  const tokens = tokensOf(said.replace(SIGNATURE, ''));
  // As it stands first: "do not send" must not lose a word to politeness.
  return (
    wordIn(tokens, vocabulary) ?? wordIn(withoutPlease(tokens, vocabulary.please), vocabulary) ?? { meaning: 'reply' }
  );
}

function wordIn(said: readonly string[], { stop, start }: OptOutVocabulary): Reply | null {
  const tokens = once(said);
  const phrase = phraseOf(tokens);
  const stopped = stop.get(phrase);
  if (stopped !== undefined) return { meaning: 'stop', word: phrase, language: stopped };
  const started = start.get(phrase);
  if (started !== undefined) return { meaning: 'start', word: phrase, language: started };
  // A number may stand in groups, as people write it.
  const words = tokens.slice(0, tokens.findLastIndex((token) => !NUMBER.test(token)) + 1);
  const head = phraseOf(words.length < tokens.length ? words : tokens.slice(0, -1));
  const follows = words.length < tokens.length ? BEFORE_NUMBER.has(head) : head === 'STOP' && tokens[0] === 'STOP';
  return follows ? { meaning: 'stop', word: head.replace(/ TO$/, ''), language: 'en' } : null;
}

/** What somebody says again and again is said once: `STOP STOP STOP`. */
function once(tokens: readonly string[]): readonly string[] {
  for (let length = 1; length <= tokens.length / 2; length++) {
    if (tokens.length % length === 0 && tokens.every((token, i) => token === tokens[i % length])) {
      return tokens.slice(0, length);
    }
  }
  return tokens;
}

/** What is left when politeness at both ends is taken away. */
function withoutPlease(tokens: readonly string[], please: OptOutVocabulary['please']): readonly string[] {
  let left = tokens;
  for (;;) {
    const [first, last] = [left, left].map((now, end) =>
      please.find((words) => words.every((word, i) => now[end === 0 ? i : now.length - words.length + i] === word)),
    );
    if (left.length === 0 || (first ?? last) === undefined) return left;
    left = first === undefined ? left.slice(0, -last!.length) : left.slice(first.length);
  }
}
