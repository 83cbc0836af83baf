import fc from 'fast-check';
import { matchDltPattern, matchDltTemplate } from './dlt-template';
import { parseTemplate } from './template';

const OTP = 'Dear {#var#}, your OTP is {#var#}. -BRANDA';

describe('a text that is an instance of its registered template', () => {
  it.each([
    ['Hello', 'Hello'],
    [OTP, 'Dear Asha, your OTP is 123456. -BRANDA'],
    [OTP, 'Dear , your OTP is . -BRANDA'],
    [OTP, 'Dear A, your OTP is x, your OTP is 1. -BRANDA'],
    ['{#var#}', ''],
    ['{#var#}', 'x'.repeat(30)],
    ['{#var#}{#var#}', 'x'.repeat(60)],
    ['a{#var#}a', 'aaaa'],
    ['Hi {#VAR#} {# var #}', 'Hi a b'],
    ['Hi {#alphanumeric#}', `Hi ${'x'.repeat(40)}`],
    ['Pay at {#url#} now', 'Pay at https://example.com/a?b=c now'],
    ['one\r\n{#var#}', 'one\ntwo\nlines'],
    ['प्रिय {#var#}', 'प्रिय आशा'],
  ])('%j: %j', (registered, text) => {
    expect(matchDltTemplate(registered, text)).toEqual({ ok: true });
  });

  it('may hold longer variables where the operators let it', () => {
    const text = 'x'.repeat(40);
    expect(matchDltTemplate('{#var#}', text).ok).toBe(false);
    expect(matchDltTemplate('{#var#}', text, { maxVariableLength: 40 }).ok).toBe(true);
  });
});

describe('a text that is none', () => {
  it.each([
    ['Hello', 'hello', 0, 'at character 1 the text has "hello" where the registered template has "Hello"'],
    ['Hello', 'Hello ', 5, 'the text goes on with " " where the registered template ends'],
    ['Hello there', 'Hello', 5, 'at character 6 the text ends where the registered template has " there"'],
    ['Hello', '', 0, 'at character 1 the text ends where the registered template has "Hello"'],
    [
      OTP,
      'Dear Asha, your otp is 123456. -BRANDA',
      16,
      'at character 17 the text has "otp is 123456. -BRAN…" where the registered template has "OTP is "',
    ],
    [
      OTP,
      `Dear ${'Asha '.repeat(7)}, your OTP is 1. -BRANDA`,
      5,
      'variable 1 would hold 35 characters, "Asha Asha Asha Asha …": it takes at most 30',
    ],
    ['Hi {#var#}', `Hi ${'x'.repeat(31)}`, 3, /^variable 1 would hold 31 characters/],
    ['Hi {#var#}{#var#}!', `Hi ${'x'.repeat(61)}!`, 33, /^variable 2 would hold 31 characters/],
    ['Hi {#var#}!', 'Hi you! Bye', 7, 'the text goes on with " Bye" where the registered template ends'],
    ['a {#var#}', 'a', 1, 'at character 2 the text ends where the registered template has " "'],
    ['Total: 5', 'Total:  5', 7, /has " 5" where the registered template has "5"$/],
  ])('%j: %j', (registered, text, position, quoted) => {
    const expected = quoted instanceof RegExp ? (expect.stringMatching(quoted) as string) : quoted;
    const reason = expect.any(String) as string;
    expect(matchDltTemplate(registered, text)).toEqual({ ok: false, position, quoted: expected, reason });
  });

  it.each([
    ['Hello', 'hello', 'at character 1 the text differs from the registered template'],
    ['Hello', 'Hello you', 'after character 5 the text goes on for 4, where the registered template ends'],
    ['Hello there', 'Hello', 'at character 6 the text ends, before the registered template does'],
    [OTP, `Dear ${'Asha '.repeat(7)}, your OTP is 1. -BRANDA`, 'variable 1 has 35 characters, at most 30'],
  ])('is told of without a quote: %j, %j', (registered, text, reason) => {
    expect(matchDltTemplate(registered, text)).toMatchObject({ ok: false, reason });
  });
});

describe('a template of ours', () => {
  const matches = (registered: string, text: string) => {
    const parsed = parseTemplate(text);
    if (!parsed.ok) throw new Error(parsed.problem);
    return matchDltPattern(registered, parsed.template);
  };

  it.each([
    [OTP, 'Dear {name}, your OTP is {code}. -BRANDA'],
    [OTP, 'Dear {name|customer}, your OTP is {a}-{b}. -BRANDA'],
    [OTP, 'Dear Asha, your OTP is {code}. -BRANDA'],
    ['{#var#} off', '{{x}} off'],
  ])('%j: %j fits', (registered, text) => {
    expect(matches(registered, text)).toEqual({ ok: true });
  });

  it.each([
    ['Dear {#var#}', 'Hello {name}', /at character 1 .* has "Hello {…}" where the registered template has "Dear "/],
    ['Dear customer', 'Dear {name}', /has "{…}" where the registered template has "customer"/],
    ['Dear {#var#}', `Dear {name}${'x'.repeat(30)}`, /variable 1 would hold 31 characters/],
  ])('%j: %j does not', (registered, text, reason) => {
    expect(matches(registered, text)).toMatchObject({ ok: false, quoted: expect.stringMatching(reason) as string });
  });
});

/** All that a reason may say. */
const REASON =
  /^(variable \d+ has \d+ characters, at most \d+|after character \d+ the text goes on for \d+, where the registered template ends|at character \d+ the text (ends, before the registered template does|differs from the registered template))$/;

describe('whatever the input', () => {
  const piece = fc.constantFrom('a', 'b', '{#var#}', '{#var#}', '{#url#}', ' ', '.', '\n');
  const text = fc.string({ unit: fc.constantFrom('a', 'a', 'b', ' ', '.', '\n'), maxLength: 14 });
  const LIMIT = 2;

  it('says what a regular expression says, and points into the text', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), text, (pieces, candidate) => {
        const pattern = pieces.map((one) =>
          one === '{#var#}' ? `[^]{0,${LIMIT}}` : one === '{#url#}' ? '[^]{0,40}' : one === '.' ? '\\.' : one,
        );
        const answer = matchDltTemplate(pieces.join(''), candidate, { maxVariableLength: LIMIT });
        expect(answer.ok).toBe(new RegExp(`^${pattern.join('')}$`).test(candidate));
        if (!answer.ok) {
          // Nothing of the text: these words have no letter of it that stands alone.
          expect(answer.reason).toMatch(REASON);
          expect(answer.position).toBeGreaterThanOrEqual(0);
          expect(answer.position).toBeLessThanOrEqual(candidate.length);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  // A search that tries one way after the other would not come back from any of these.
  it.each([
    ['variables side by side', '{#var#}'.repeat(500) + '!', 'a'.repeat(10_000)],
    ['variables between letters', '{#var#}a'.repeat(500) + '!', 'a'.repeat(10_000)],
    ['long runs of one letter', ('{#var#}' + 'a'.repeat(100)).repeat(50) + '!', 'a'.repeat(10_000)],
  ])('ends on %s', (_, registered, hostile) => {
    expect(matchDltTemplate(registered, hostile).ok).toBe(false);
  });
});
