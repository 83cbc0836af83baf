import { maskDigits } from '../../core/messages/msisdn';
import { nameValues } from './fields';
import { normaliseRecord, type AcceptableRecord } from './normalise';

const NOW = new Date('2026-08-01T04:00:00Z');
const ACCOUNT = { timezone: 'Asia/Kolkata', country: 'IN', service: 'T', maxAge: { P: 3_600 } };
const GOOD = { to: '919800000001', text: 'Hello' };

const read = (fields: object) => normaliseRecord(nameValues({ ...GOOD, ...fields }), ACCOUNT, NOW);

function accepted(fields: object): AcceptableRecord {
  const result = read(fields);
  if (!result.ok) throw new Error(result.problem.message);
  return result.record;
}

/** `code field`, then the message. */
function rejected(fields: object): [string, string] {
  const result = read(fields);
  if (result.ok) throw new Error('the record was accepted');
  const { code, field, message } = result.problem;
  return [`${code} ${field}`, message];
}

it('a bare record takes its service from the account, and nothing else', () => {
  expect(accepted({})).toEqual({
    recipients: ['+919800000001'],
    text: 'Hello',
    meta: null,
    sender: null,
    service: 'T',
    options: null,
    encoding: 'gsm7',
    segments: 1,
    dueAt: null,
    validUntil: null,
    webhookId: null,
    callbackUrl: null,
  });
});

describe('to', () => {
  it.each([
    ['919800000001', ['+919800000001']],
    [919800000001, ['+919800000001']],
    ['+91 98000-00001', ['+919800000001']],
    ['9800000001', ['+919800000001']],
    ['7900000001.0', ['+917900000001']],
    [7900000001.0, ['+917900000001']],
    ["'9800000001, 0919800000002,tel:+919800000003", ['+919800000001', '+919800000002', '+919800000003']],
    ['919800000001, +919800000002,,9800000003 ,', ['+919800000001', '+919800000002', '+919800000003']],
    [' 919800000001, 9800000002', ['+919800000001', '+919800000002']],
    ['919800000001, 9607000000, 6581234567', ['+919800000001', '+919607000000', '+916581234567']],
  ])('%j', (to, recipients) => {
    expect(accepted({ to }).recipients).toEqual(recipients);
  });

  it.each([
    ['', 'missing to'],
    [' , ,', 'missing to'],
    ['nobody', 'invalid-number to'],
    ['919800000001,nobody', 'invalid-number to'],
    ['7900000001,0', 'invalid-number to'],
    ['9,800,000,001', 'invalid-number to'],
    [7900000001.5, 'invalid-number to'],
    [-7900000001, 'invalid-number to'],
    [2 ** 60, 'invalid-number to'],
    ['+9198000000017', 'invalid-number to'],
    // As a form has +6581234567 that is not encoded.
    [' 6581234567', 'invalid-number to'],
    [' 919800000001, 6581234567', 'invalid-number to'],
    ['-9799999910', 'invalid-number to'],
    [{ number: '919800000001' }, 'invalid-type to'],
    [['919800000001'], 'invalid-type to'],
    ['$$To', 'unreplaced-token to'],
    [Array.from({ length: 1_001 }, () => '919800000001').join(','), 'too-many to'],
  ])('%.40j is rejected', (to, problem) => {
    expect(rejected({ to })[0]).toBe(problem);
  });

  it.each([
    ['9800000001;9800000002', '";" at position 11; numbers are separated by commas'],
    ['9800000001 | 9800000002', '"|" at position 12; numbers are separated by commas'],
    ['9800000001\n9800000002', 'U+000A line feed at position 11; numbers are separated by commas'],
    ['9800000001 9800000002', 'is several numbers; numbers are separated by commas'],
    ['9800000001,98\u200b00x', 'there is U+200B zero width space at position 3'],
  ])('%j: the error names the separator that is expected, and what can’t be seen', (to, message) => {
    const result = normaliseRecord(nameValues({ to, text: 'x' }), ACCOUNT, NOW);
    expect(result).toMatchObject({ ok: false, problem: { message: expect.stringContaining(message) } });
  });

  it('names the key as the caller wrote it', () => {
    const result = normaliseRecord(nameValues({ Destination: 'nobody', text: 'x' }), ACCOUNT, NOW);
    expect(result).toMatchObject({ ok: false, problem: { field: 'Destination' } });
  });
});

describe('text', () => {
  it.each([
    ['an absent one', undefined, 'missing text'],
    ['an empty one', '', 'missing text'],
    ['an object', { en: 'x' }, 'invalid-type text'],
    ['more than 4,000 characters', 'x'.repeat(4_001), 'too-long text'],
    ['a token that CleverTap left', '$$Body', 'unreplaced-token text'],
    ['a campaign’s own one in front', '$$FirstName, hello', 'unreplaced-token text'],
    ...[
      '$$To',
      '$$Body',
      '$$TemplateID',
      '$$TemplateId',
      '$$TemplateVariables',
      '$$CampaignID',
      '$$MessageID',
      '$$body',
    ].map((token): [string, unknown, string] => [
      `${token} within it`,
      `Dear Asha, ${token}. Bye`,
      'unreplaced-token text',
    ]),
    ['two tokens in a row', 'US$$To$$Body', 'unreplaced-token text'],
    ['blanks', ' \t\u00a0', 'missing text'],
    ['characters that nobody sees', '\u200b\u2060\ufeff', 'missing text'],
    ['NUL, which Postgres can’t hold', 'a\u0000b', 'invalid-type text'],
    ['half of a surrogate pair', 'a\ud83d', 'invalid-type text'],
  ])('%s is rejected', (_, text, problem) => {
    expect(rejected({ text })[0]).toBe(problem);
  });

  it.each(['Pay $$ now', '$$', '$$ 5 off', 'Win $$Today', 'A $$Bodyguard', 'Dear $$FirstName', '  spaced  ', '😀'])(
    '%j is taken as it is',
    (text) => {
      expect(accepted({ text }).text).toBe(text);
    },
  );
});

describe('numbers and ids', () => {
  it('a JSON number that JSON can carry is spelled out', () => {
    expect(accepted({ custom: 42, text: 7.5, from: 56161 })).toMatchObject({
      meta: '42',
      text: '7.5',
      sender: '56161',
    });
  });

  it('DLT ids are kept as strings', () => {
    const { options } = accepted({ entityid: '1701158123540939524', tid: '1107160016156755389' });
    expect(options).toEqual({ entityId: '1701158123540939524', templateId: '1107160016156755389' });
  });

  it('a 19-digit id without quotes has lost its last digits on the way, and is not guessed', () => {
    const fields = JSON.parse('{"template_id":1107160016156755389}') as object;
    expect(rejected(fields)).toEqual(['invalid-type template_id', expect.stringContaining('put it in quotes')]);
  });

  it('names and ids lose the blanks around them, those that nobody sees too', () => {
    const fields = {
      from: 'TXTSMS\u200b',
      tid: ' 1107160016156755389\n',
      dpi: '\ufeff1701158123540939524',
      service: 'P\u00a0',
    };
    expect(accepted(fields)).toMatchObject({
      sender: 'TXTSMS',
      service: 'P',
      options: { templateId: '1107160016156755389', entityId: '1701158123540939524' },
    });
  });

  it.each([
    [' 14155550100', '+14155550100'],
    ['+14155550100', '+14155550100'],
    ['14155550100', '14155550100'],
    [' 123456', '123456'],
  ])('the sender %j of a form is %s: a plus sign comes as a blank', (from, sender) => {
    expect(accepted({ from }).sender).toBe(sender);
  });

  it('a template id that nothing replaced is told before a text that is missing', () => {
    expect(rejected({ tid: '$$TemplateID', text: '' })[0]).toBe('unreplaced-token tid');
    expect(rejected({ tid: 2 ** 60, text: undefined })[0]).toBe('invalid-type tid');
  });

  it.each([
    ['meta', { mid: '$$MessageID' }, 'unreplaced-token mid'],
    ['sender', { from: '$$Sender' }, 'unreplaced-token from'],
    ['template', { tid: '$$TemplateID' }, 'unreplaced-token tid'],
    ['a long meta', { mid: 'm'.repeat(513) }, 'too-long mid'],
    ['a long sender', { from: 'S'.repeat(35) }, 'too-long from'],
    ['NUL in a meta', { mid: 'a\u0000' }, 'invalid-type mid'],
  ])('%s', (_, fields, problem) => {
    expect(rejected(fields)[0]).toBe(problem);
  });

  it('meta keeps its every character; the sender is trimmed', () => {
    const meta = ' 9999999999.1200000000.1654002362.20220531.0.wzrk_default.-1. ünï|😀';
    expect(accepted({ mid: meta, from: ' TXTSMS ' })).toMatchObject({ meta, sender: 'TXTSMS' });
  });
});

describe('options', () => {
  it.each([
    [{ type: 'U' }, { type: 'unicode' }],
    [{ type: 'u' }, { type: 'unicode' }],
    [{ type: 'N' }, { type: 'plain' }],
    [{ type: 'A' }, null],
    [{ type: 'TXN' }, null],
    [{ type: 'constructor' }, null],
    [{ type: { toString: 1 } }, null],
    [{ unicode: 'true' }, { type: 'unicode' }],
    [{ unicode: true }, { type: 'unicode' }],
    [{ unicode: 'false' }, null],
    [{ flash: 1 }, { flash: true }],
    [{ flash: '1' }, { flash: true }],
    [{ flash: 0 }, null],
    [{ flash: '0' }, null],
    [{ port: 8901 }, { port: 8901 }],
    [{ port: '8901' }, { port: 8901 }],
    [{ port: '' }, null],
    [{ campaign: 'diwali' }, { extra: { campaign: 'diwali' } }],
    [{ campaign: 'di\u0000wali' }, null],
    [{ campaign: { nested: '\ud83d' } }, null],
  ])('%j', (fields, options) => {
    // As they are stored: keys without a value vanish.
    expect(JSON.parse(JSON.stringify(accepted(fields).options))).toEqual(options);
  });

  it.each([0, 65_536, 1.5, 'http', -1])('port %j is rejected', (port) => {
    expect(rejected({ port })[0]).toBe('invalid-number port');
  });

  it('segments follow the text, the type and the port', () => {
    const segments = (fields: object) => {
      const { encoding, segments: parts } = accepted(fields);
      return `${encoding} ${parts}`;
    };
    expect(segments({ text: 'x'.repeat(160) })).toBe('gsm7 1');
    expect(segments({ text: 'x'.repeat(161) })).toBe('gsm7 2');
    expect(segments({ text: 'x'.repeat(160), port: 8901 })).toBe('gsm7 2');
    expect(segments({ text: 'x'.repeat(71), type: 'U' })).toBe('ucs2 2');
    expect(segments({ text: 'नमस्ते' })).toBe('ucs2 1');
    // What GSM 03.38 lacks would be garbled if "plain" were taken at its word.
    expect(segments({ text: 'नमस्ते', type: 'N' })).toBe('ucs2 1');
  });
});

describe('smart encoding', () => {
  const smart = (fields: object) => {
    const result = normaliseRecord(
      nameValues({ to: '919800000001', ...fields }),
      { ...ACCOUNT, smartEncoding: true },
      NOW,
    );
    if (!result.ok) throw new Error(result.problem.message);
    const { text, encoding, segments: parts } = result.record;
    return [text, encoding, parts];
  };

  it('where the account has it, a text that it makes GSM-7 is sent so, before its parts are counted', () => {
    const text = `“${'x'.repeat(140)}”`;
    expect(smart({ text })).toEqual([text.replace(/[“”]/g, '"'), 'gsm7', 1]);
    const { text: as, encoding, segments: parts } = accepted({ text });
    expect([as, encoding, parts]).toEqual([text, 'ucs2', 3]);
  });

  it.each([
    ['another script beside it', { text: 'नमस्ते “x”' }],
    ['Unicode that was asked for', { text: '“x”', type: 'U' }],
    ['a registered text', { text: '“x”', tid: '1107160016156755389' }],
  ])('left as it is: %s', (_, fields) => {
    expect(smart(fields)).toEqual([fields.text, 'ucs2', 1]);
  });
});

describe('time', () => {
  it.each([
    ['2026-08-01 10:00', '2026-08-01T04:30:00.000Z'],
    ['2026-08-01T10:00:00+02:00', '2026-08-01T08:00:00.000Z'],
    [1_785_556_800, '2026-08-01T04:00:00.000Z'],
    ['2026-07-31 09:30', '2026-07-31T04:00:00.000Z'],
  ])('%j', (time, at) => {
    expect(accepted({ time }).dueAt?.toISOString()).toBe(at);
  });

  it('an empty one is none', () => {
    expect(accepted({ time: '' }).dueAt).toBeNull();
  });

  it('one of more than a day ago is a mistake, whoever wrote it', () => {
    expect(rejected({ time: '2026-07-31 09:29:59' })[0]).toBe('invalid-time time');
    expect(rejected({ time: '2020-01-01 00:00' })[1]).toBe('time is 2019-12-31T18:30:00.000Z, more than a day ago: give a time to come, or none to send now'); // prettier-ignore
    expect(rejected({ time: 1_500_000_000 })[0]).toBe('invalid-time time');
  });

  it.each(['tomorrow', true, {}, '2027-12-01 10:00'])('%j is rejected', (time) => {
    expect(rejected({ time })[0]).toBe('invalid-time time');
  });
});

describe('how old it may be when it leaves', () => {
  const lastMomentOf = (fields: object) => accepted(fields).validUntil?.toISOString();

  it.each([
    ['seconds from now', { maxAgeSeconds: 90 }, '04:01:30'],
    ['as words of a form', { max_age_seconds: '90' }, '04:01:30'],
    ['from its time', { maxAgeSeconds: 90, time: '2026-08-01 10:00' }, '04:31:30'],
    ['from now when its time has passed', { maxAgeSeconds: 90, time: '2026-08-01 09:00' }, '04:01:30'],
    ['a clock time of the account', { validUntil: '2026-08-01 10:30' }, '05:00:00'],
    ['an instant', { valid_until: '2026-08-01T05:00:00Z' }, '05:00:00'],
    ['epoch seconds', { validUntil: 1_785_560_400 }, '05:00:00'],
    ['the earlier of both', { maxAgeSeconds: 7_200, validUntil: '2026-08-01 10:30' }, '05:00:00'],
    ['the account’s default of its service', { service: 'P' }, '05:00:00'],
    ['its own in place of the default', { service: 'P', maxAgeSeconds: 90 }, '04:01:30'],
    ['its own moment in place of the default', { service: 'P', validUntil: '2026-08-01T06:00:00Z' }, '06:00:00'],
  ])('%s', (_, fields, clock) => {
    expect(lastMomentOf(fields)).toBe(`2026-08-01T${clock}.000Z`);
  });

  it('400 days at most', () => {
    expect(lastMomentOf({ maxAgeSeconds: 34_560_000 })).toBe('2027-09-05T04:00:00.000Z');
  });

  it.each([0, -1, 1.5, 34_560_001, 'soon', true])('maxAgeSeconds %j is rejected with its value', (maxAgeSeconds) => {
    expect(rejected({ maxAgeSeconds })).toEqual([
      'invalid-number maxAgeSeconds',
      `maxAgeSeconds is ${JSON.stringify(maskDigits(String(maxAgeSeconds)))}; it must be a whole number from 1 to 34560000`,
    ]);
  });

  it.each([
    ['has passed', { validUntil: '2026-08-01 09:30' }, /^validUntil is 2026-08-01T04:00:00\.000Z.*over before/],
    [
      'comes before its time',
      { valid_until: '2026-08-01 11:00', time: '2026-08-01 12:00' },
      /^valid_until is .*leave at/,
    ],
    ['is none', { validUntil: 'tomorrow' }, /^validUntil is unreadable/],
    ['is no value', { validUntil: {} }, /^validUntil is not a time$/],
  ])('a validUntil that %s is rejected', (_, fields, message) => {
    const [problem, said] = rejected(fields);
    expect(problem).toBe(`invalid-time ${Object.keys(fields)[0]}`);
    expect(said).toMatch(message);
  });
});
