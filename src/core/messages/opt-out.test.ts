import fc from 'fast-check';
import { readReply, vocabularyOf, type ReplyMeaning } from './opt-out';
import { languagesOf, WORDS, type Language } from './opt-out-words';

const vocabulary = (countries: string[], words: string[] = [], optInWords: string[] = []) =>
  vocabularyOf({ countries, words, optInWords });
const INDIA = vocabulary(['IN']);

describe('what a person of India means', () => {
  it.each<[string, ReplyMeaning]>([
    ['STOP', 'stop'],
    [' stop ', 'stop'],
    ['Stop.', 'stop'],
    ['STOP!!!', 'stop'],
    ['"STOP"', 'stop'],
    ['“Stop”', 'stop'],
    ['‘stop’', 'stop'],
    ['*stop*', 'stop'],
    ['_stop_', 'stop'],
    ['<stop>', 'stop'],
    ['- stop', 'stop'],
    ['stop :-(', 'stop'],
    ['STOP 🙏', 'stop'],
    ['🛑 STOP 🛑', 'stop'],
    ['\u200eSTOP', 'stop'],
    ['\u2066STOP\u2069', 'stop'],
    ['ST\u200bOP', 'stop'],
    ['ST\u00adOP', 'stop'],
    ['\ufeffstop', 'stop'],
    ['ＳＴＯＰ', 'stop'],
    ['ｓｔｏｐ！', 'stop'],
    ['S.T.O.P', 'stop'],
    ['S.T.O.P.', 'stop'],
    ['S T O P', 'stop'],
    ['s-t-o-p', 'stop'],
    ['𝐒𝐓𝐎𝐏', 'stop'],
    ['STOP\n', 'stop'],
    ['STOP\n\nSent from my iPhone', 'stop'],
    ['Stop\n-- \nRavi Kumar', 'stop'],
    ['Please stop', 'stop'],
    ['STOP please', 'stop'],
    ['pls stop', 'stop'],
    ['Plz stop this service', 'stop'],
    ['Please, stop. Thank you!', 'stop'],
    ['Ok stop now', 'stop'],
    ['STOP 12345', 'stop'],
    ['STOP TO 56161', 'stop'],
    ['stop promo', 'stop'],
    ['STOP TXTSMS', 'stop'],
    ['stop all', 'stop'],
    ['STOPALL', 'stop'],
    ['unsub', 'stop'],
    ['UNSUB 12345', 'stop'],
    ['Unsubscribe', 'stop'],
    ['unsubscribe me', 'stop'],
    ['Un-subscribe', 'stop'],
    ['opt out', 'stop'],
    ['opt-out', 'stop'],
    ['OPT‑OUT', 'stop'],
    ['OPTOUT', 'stop'],
    ['DND', 'stop'],
    ['Do not disturb', 'stop'],
    ['START DND', 'stop'],
    ['cancel', 'stop'],
    ['Cancel.', 'stop'],
    ['end', 'stop'],
    ['quit', 'stop'],
    ['revoke', 'stop'],
    ['remove me please', 'stop'],
    ['Don’t text me', 'stop'],
    ['no more messages', 'stop'],
    ['ARRET', 'stop'],
    ['ARRÊT', 'stop'],
    ['बंद', 'stop'],
    ['बंद करो', 'stop'],
    ['कृपया बंद करें', 'stop'],
    ['रोकें', 'stop'],
    ['रुको।', 'stop'],
    ['band karo', 'stop'],
    ['நிறுத்து', 'stop'],
    ['ఆపు', 'stop'],
    ['దయచేసి ఆపండి', 'stop'],
    ['थांबवा', 'stop'],
    ['বন্ধ করুন', 'stop'],
    ['ನಿಲ್ಲಿಸಿ', 'stop'],
    ['നിർത്തുക', 'stop'],
    ['നിര്‍ത്തുക', 'stop'],
    ['બંધ કરો', 'stop'],
    ['ਬੰਦ ਕਰੋ', 'stop'],
    ['بند کریں', 'stop'],
    ['STOP STOP STOP', 'stop'],
    ['stop!! stop!! stop!!', 'stop'],
    ['cancel, cancel', 'stop'],
    ['बंद करो बंद करो', 'stop'],
    ['STOP-12345', 'stop'],
    ['STOP 98000 00001', 'stop'],
    ['STOP +91 98000 00001', 'stop'],
    ['UNSUB 98000-00001', 'stop'],
    ['\u3164STOP', 'stop'],
    ['\u115fstop', 'stop'],
    ['STOP\u{e0100}', 'stop'],
    ['STOP\u180b', 'stop'],
    [`\n${' '.repeat(400)}stop${' '.repeat(400)}`, 'stop'],
    ['STOP\nEnvoyé de mon iPhone', 'stop'],
    ['STOP\nEnviado desde mi iPhone', 'stop'],
    ['Stop\nVon meinem iPhone gesendet', 'stop'],
    ['stop sending me texts', 'stop'],
    ['stop all messages', 'stop'],
    ['START START', 'start'],
    ['START', 'start'],
    ['Start please', 'start'],
    ['"start"', 'start'],
    ['UNSTOP', 'start'],
    ['opt in', 'start'],
    ['शुरू', 'start'],
    ['end 98000 00001', 'reply'],
    ['12345 67890', 'reply'],
    ['no stop no stop', 'reply'],
    ['1. STOP', 'reply'],
    ["don't stop", 'reply'],
    ['don’t stop', 'reply'],
    ['do not stop', 'reply'],
    ['please don’t stop', 'reply'],
    ['bus stop', 'reply'],
    ['non-stop', 'reply'],
    ['non stop', 'reply'],
    ['stop-gap', 'reply'],
    ['stopping by later', 'reply'],
    ['stop by the shop at nine', 'reply'],
    ['Where is the bus stop?', 'reply'],
    ['Cancel my appointment', 'reply'],
    ['cancel 12345', 'reply'],
    ['End of month is fine', 'reply'],
    ['end 2024', 'reply'],
    ['the end', 'reply'],
    ['quit smoking', 'reply'],
    ['Remove the second item', 'reply'],
    ['start at nine', 'reply'],
    ['restart', 'reply'],
    ['Yes', 'reply'],
    ['YES!', 'reply'],
    ['yes, at nine', 'reply'],
    ['NO', 'reply'],
    ['unstoppable', 'reply'],
    ['STOPP', 'reply'],
    ['baja', 'reply'],
    ['please', 'reply'],
    ['', 'reply'],
    ['  ', 'reply'],
    ['...', 'reply'],
    ['🛑', 'reply'],
    ['12345', 'reply'],
    ['ठीक है', 'reply'],
    [`stop ${'x'.repeat(2_000)}`, 'reply'],
  ])('%j means %s', (text, meaning) => {
    expect(readReply(text, INDIA).meaning).toBe(meaning);
  });
});

describe('languages are those of the countries', () => {
  it.each<[string[], string, ReplyMeaning]>([
    [['ES'], 'BAJA', 'stop'],
    [['MX'], 'No más mensajes', 'stop'],
    [['US'], 'Alto, por favor', 'stop'],
    [['FR'], 'arrêtez s’il vous plaît', 'stop'],
    [['CA'], 'désabonner', 'stop'],
    [['DE'], 'Bitte abmelden!', 'stop'],
    [['DE'], 'STOPP', 'stop'],
    [['AT'], 'KÜNDIGEN', 'stop'],
    [['BR'], 'Sair', 'stop'],
    [['PT'], 'Não envie mais', 'stop'],
    [['IT'], 'Basta', 'stop'],
    [['AE'], 'إلغاء', 'stop'],
    [['SA'], 'الغاء الاشتراك', 'stop'],
    [['EG'], 'توقّف', 'stop'],
    [['PK'], 'بند کرو', 'stop'],
    [['TR'], 'İptal', 'stop'],
    [['RU'], 'Стоп', 'stop'],
    [['NL'], 'afmelden', 'stop'],
    [['ID'], 'berhenti', 'stop'],
    [['ES'], 'ALTA', 'start'],
    [['GB'], 'BAJA', 'reply'],
    [['GB'], 'बंद', 'reply'],
    [['GB'], 'start dnd', 'reply'],
    [['IN', 'ES'], 'baja', 'stop'],
    [[], 'stop', 'stop'],
  ])('%j %j means %s', (countries, text, meaning) => {
    expect(readReply(text, vocabulary(countries)).meaning).toBe(meaning);
  });

  it('English comes first, each language once', () => {
    expect(languagesOf(['DE', 'AT', 'ZZ'])).toEqual(['en', 'de']);
  });
});

describe('what is told of it', () => {
  it('the word as the list has it, and its language', () => {
    expect(readReply('Please STOP!', INDIA)).toEqual({ meaning: 'stop', word: 'STOP', language: 'en' });
    expect(readReply('stop 12345', INDIA)).toEqual({ meaning: 'stop', word: 'STOP', language: 'en' });
    expect(readReply('कृपया बंद करें', INDIA)).toMatchObject({ meaning: 'stop', language: 'hi' });
    expect(readReply('hello', INDIA)).toEqual({ meaning: 'reply' });
  });

  it('words of the account count alone, in any dress, before those of the lists', () => {
    const own = vocabulary(['IN'], ['Nicht mehr', 'GENUG'], ['YES', 'ja, gern']);
    expect(readReply('"nicht MEHR."', own)).toEqual({ meaning: 'stop', word: 'NICHT MEHR', language: 'account' });
    expect(readReply('genug davon', own).meaning).toBe('reply');
    expect(readReply('Yes', own)).toEqual({ meaning: 'start', word: 'YES', language: 'account' });
    expect(readReply('ja gern', own).meaning).toBe('start');
    expect(readReply('stop', vocabulary([], [], ['stop'])).meaning).toBe('start');
  });
});

const everyWord = (Object.entries(WORDS) as [Language, (typeof WORDS)[Language]][]).flatMap(([language, lists]) => [
  ...lists.stop.map((word) => ({ language, word, meaning: 'stop' as const })),
  ...lists.start.map((word) => ({ language, word, meaning: 'start' as const })),
]);
/** A country where the language is understood. */
const ANYWHERE = vocabulary(['IN', 'PK', 'ES', 'FR', 'DE', 'BR', 'IT', 'AE', 'NL', 'ID', 'TR', 'RU']);

describe('properties', () => {
  const dress = fc.record({
    before: fc.constantFrom('', ' ', '"', '“', '*', '\u200f', '\ufeff', '¡', '(', '👉 ', 'Please '),
    behind: fc.constantFrom('', ' ', '.', '!!', '"', '”', '*', ' 🙏', '\u200b', '…', '।', ')', ' thanks', '\n'),
    upper: fc.boolean(),
    form: fc.constantFrom('NFC', 'NFD', 'NFKC', 'NFKD'),
  });

  it('every word of every list is meant in any dress', () => {
    fc.assert(
      fc.property(fc.constantFrom(...everyWord), dress, ({ word, meaning }, { before, behind, upper, form }) => {
        const text = `${before}${upper ? word.toUpperCase() : word}${behind}`.normalize(form);
        expect(readReply(text, ANYWHERE).meaning).toBe(meaning);
      }),
      { numRuns: 3_000 },
    );
  });

  it('no word is on both lists of one country', () => {
    for (const country of ['IN', 'ES', 'FR', 'DE', 'BR', 'IT', 'AE', 'CH', 'BE', 'PK']) {
      const { stop, start } = vocabulary([country]);
      expect([...stop.keys()].filter((word) => start.has(word))).toEqual([]);
    }
  });

  it('a word in a sentence of others is a reply', () => {
    const other = fc.constantFrom('tomorrow', 'maybe', 'shop', 'at', 'nine', 'the', 'order', 'कल', 'mañana');
    fc.assert(
      fc.property(
        fc.constantFrom(...everyWord),
        fc.array(other, { minLength: 2, maxLength: 6 }),
        ({ word }, others) => {
          expect(readReply(`${others.join(' ')} ${word}`, ANYWHERE).meaning).toBe('reply');
        },
      ),
    );
  });

  it('no text of any kind throws, and one without letters is a reply', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        const { meaning } = readReply(text, ANYWHERE);
        if (!/[\p{L}\p{N}]/u.test(text.normalize('NFKD'))) expect(meaning).toBe('reply');
      }),
    );
  });
});
