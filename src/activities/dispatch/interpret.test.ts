import type { FailureClass } from '../../core/messages/outcome';
import { OutboundError } from '../../outbound/errors';
import type { SubmitResult } from '../../providers/provider';
import {
  MAX_ATTEMPTS,
  MAX_RESENDS,
  MAX_TRANSIENTS,
  interpret,
  refusalOf,
  stopsGateway,
  type AttemptContext,
} from './interpret';

/** Two legs over the first gateway, one over another: what {@link AttemptContext.legAfter} says for them. */
const GATEWAYS = ['gw_a', 'gw_a', 'gw_b'];
const legAfter = (leg: number) => (failure: FailureClass) => {
  const from = failure === 'sender' ? leg + 1 : GATEWAYS.findIndex((id, i) => i > leg && id !== GATEWAYS[leg]);
  return from >= 0 && from < GATEWAYS.length ? from : null;
};
const NOWHERE = { legAfter: () => null };

function context(over: Partial<AttemptContext> = {}): AttemptContext {
  return {
    messageId: 'm-1',
    no: 3,
    leg: 0,
    transients: 0,
    idempotentById: false,
    legAfter: legAfter(over.leg ?? 0),
    ...over,
  };
}

const refused = (failure: FailureClass, over: object = {}): SubmitResult => ({
  ok: false,
  class: failure,
  clevertap: '904',
  code: '42',
  reason: 'why',
  ...over,
});

/** State of the attempt, state of the message, its leg, and the count of its transient failures. */
function verdict(over: Partial<AttemptContext>, answer: SubmitResult): string {
  const { attempt, message, leg, transients, delayMs } = interpret(context(over), answer, 0);
  const delay = delayMs === null ? '' : ` after ${delayMs}`;
  return `${attempt} ${message} leg ${leg} transients ${transients}${delay}`;
}

it('a taken message waits for its receipt, under the provider’s id where it has one of its own', () => {
  const taken = {
    messageId: 'm-1',
    no: 3,
    attempt: 'submitted',
    message: 'submitted',
    leg: 0,
    delayMs: null,
    class: null,
  };
  expect(interpret(context(), { ok: true }, 0)).toMatchObject({ ...taken, providerId: null });
  expect(interpret(context(), { ok: true, providerId: 'p-9' }, 0)).toMatchObject({ ...taken, providerId: 'p-9' });
});

it('a refusal keeps the vendor’s code, the code for CleverTap and the reason', () => {
  const result = interpret(context(), refused('recipient', { clevertap: '910' }), 0);
  expect(result).toMatchObject({ class: 'recipient', code: '42', clevertap: '910', reason: 'why', providerId: null });
});

describe.each([true, false])('idempotent by id: %s', (idempotentById) => {
  it.each([
    ['recipient', 'refused failed leg 0 transients 0'],
    ['content', 'refused failed leg 0 transients 0'],
    ['sender', 'refused queued leg 1 transients 0'],
    ['account', 'refused queued leg 2 transients 0'],
    ['transient', 'refused queued leg 0 transients 1 after 1000'],
    [
      'unknown',
      idempotentById ? 'submitting submitting leg 0 transients 1 after 1000' : 'unknown submitting leg 0 transients 0',
    ],
  ] as const)('%s, with further legs', (failure, expected) => {
    expect(verdict({ idempotentById }, refused(failure))).toBe(expected);
  });

  it.each([
    ['recipient', 'refused failed leg 0 transients 0'],
    ['content', 'refused failed leg 0 transients 0'],
    ['sender', 'refused failed leg 0 transients 0'],
    // It waits, visibly, until a person has mended the account.
    ['account', 'refused queued leg 0 transients 0'],
    ['transient', 'refused queued leg 0 transients 1 after 1000'],
    [
      'unknown',
      idempotentById ? 'submitting submitting leg 0 transients 1 after 1000' : 'unknown submitting leg 0 transients 0',
    ],
  ] as const)('%s, on the last leg', (failure, expected) => {
    expect(verdict({ idempotentById, ...NOWHERE }, refused(failure))).toBe(expected);
  });
});

describe('a resend of what may have been taken', () => {
  const resent = { inDoubt: true, idempotentById: true };
  it.each([
    ['transient', {}, 'submitting submitting leg 0 transients 1 after 1000'],
    ['transient', { retryAfterMs: 7_000 }, 'submitting submitting leg 0 transients 1 after 7000'],
    ['account', {}, 'submitting submitting leg 0 transients 1 after 1000'],
    ['unknown', {}, 'submitting submitting leg 0 transients 1 after 1000'],
    ['sender', {}, 'refused queued leg 1 transients 0'],
    ['recipient', {}, 'refused failed leg 0 transients 0'],
  ] as const)('%s %j: no other id leaves while the first may have been taken', (failure, over, expected) => {
    expect(verdict(resent, refused(failure, over))).toBe(expected);
  });

  it('is given up as unknown, never as not sent', () => {
    const last = { ...resent, transients: MAX_RESENDS };
    expect(verdict(last, refused('transient', { retryAfterMs: 7_000 }))).toBe('unknown submitting leg 0 transients 0');
  });

  it('keeps the class of the refusal, so that a refused account pauses its gateway', () => {
    expect(interpret(context(resent), refused('account'), 0)).toMatchObject({ class: 'account' });
  });
});

describe.each(['907', '908', '919'] as const)('a DLT refusal %s of an account', (clevertap) => {
  const dlt = refused('account', { clevertap });

  it('tries the next gateway, whose account may be registered', () => {
    expect(verdict({}, dlt)).toBe('refused queued leg 2 transients 0');
  });

  it('with nowhere to go fails its message: mending the account would not help it', () => {
    expect(verdict({ ...NOWHERE }, dlt)).toBe('refused failed leg 0 transients 0');
  });

  it('does not stop the gateway for everybody', () => {
    expect(stopsGateway({ class: 'account', clevertap })).toBe(false);
  });
});

it.each([
  ['account', '904', true],
  ['account', null, true],
  ['sender', '906', false],
  ['content', '908', false],
  ['transient', '904', false],
  [null, null, false],
] as const)('%s %s stops the gateway: %s', (failure, clevertap, stops) => {
  expect(stopsGateway({ class: failure, clevertap })).toBe(stops);
});

describe('transient', () => {
  it('a vendor that names a time has not counted the try', () => {
    const throttled = refused('transient', { retryAfterMs: 4_000 });
    expect(verdict({ transients: 2 }, throttled)).toBe('refused queued leg 0 transients 2 after 4000');
    expect(verdict({ transients: MAX_TRANSIENTS - 1 }, throttled)).toBe('refused queued leg 0 transients 4 after 4000');
  });

  it('a long pause is no reason to wait where there is another gateway; where there is none it is cut to minutes', () => {
    const held = refused('transient', { retryAfterMs: 600_000 });
    expect(verdict({ transients: 0 }, held)).toBe('refused queued leg 2 transients 0');
    const year = refused('transient', { retryAfterMs: 31_536_000_000 });
    expect(verdict({ transients: 1, legAfter: () => null }, year)).toBe(
      'refused queued leg 0 transients 1 after 900000',
    );
  });

  it('backs off further each time', () => {
    expect(verdict({ transients: 1 }, refused('transient'))).toBe('refused queued leg 0 transients 2 after 2000');
    expect(verdict({ transients: 3 }, refused('transient'))).toBe('refused queued leg 0 transients 4 after 8000');
  });

  it('goes to the next gateway, with a clean record and at once, when it fails for good', () => {
    const last = { transients: MAX_TRANSIENTS - 1 };
    expect(verdict(last, refused('transient'))).toBe('refused queued leg 2 transients 0');
    expect(verdict({ ...last, leg: 1 }, refused('transient'))).toBe('refused queued leg 2 transients 0');
  });

  it('goes on trying where there is no other gateway', () => {
    const last = { transients: MAX_TRANSIENTS - 1, ...NOWHERE };
    expect(verdict(last, refused('transient'))).toBe('refused queued leg 0 transients 5 after 16000');
  });
});

describe('what is an attempt', () => {
  const later = refused('transient', { retryAfterMs: 1_000 });
  const counts = (over: Partial<AttemptContext>, answer: SubmitResult) => interpret(context(over), answer, 0).counts;

  it.each([
    ['taken', {}, { ok: true }, true],
    ['refused for its number', {}, refused('recipient'), true],
    ['failed in passing', {}, refused('transient'), true],
    ['throttled', {}, later, false],
    ['throttled without a time', {}, refused('transient', { code: 'http-429' }), false],
    ['throttled, and on to another gateway', { transients: MAX_TRANSIENTS }, later, false],
    ['the probe of a gateway that is still down', { probing: true }, refused('transient'), false],
    ['the probe of a gateway that refuses its number', { probing: true }, refused('recipient'), true],
    ['a resend that is throttled', { inDoubt: true, idempotentById: true }, later, true],
  ] as const)('%s', (_, over, answer, expected) => {
    expect(counts(over, answer as SubmitResult)).toBe(expected);
  });

  it.each(['transient', 'sender', 'account'] as const)(
    'the last one, refused for its %s, ends the message',
    (failure) => {
      const result = interpret(context({ no: MAX_ATTEMPTS }), refused(failure), 0);
      expect(result).toMatchObject({
        message: 'failed',
        clevertap: '904',
        delayMs: null,
        reason: 'given up after 20 attempts: why',
      });
      expect(interpret(context({ no: MAX_ATTEMPTS - 1 }), refused(failure), 0)).toMatchObject({ message: 'queued' });
    },
  );

  it('a throttled try never is the last one', () => {
    expect(interpret(context({ no: MAX_ATTEMPTS }), later, 0)).toMatchObject({ message: 'queued', reason: 'why' });
  });
});

describe('unknown', () => {
  it('is resent under its own id only so often', () => {
    const nearly = { idempotentById: true, transients: MAX_RESENDS - 1 };
    expect(verdict(nearly, refused('unknown'))).toBe('submitting submitting leg 0 transients 8 after 128000');
    const out = { idempotentById: true, transients: MAX_RESENDS };
    expect(verdict(out, refused('unknown'))).toBe('unknown submitting leg 0 transients 0');
  });

  it('never goes to another leg, whatever is left of the route', () => {
    for (const leg of [0, 1, 2]) {
      for (const transients of [0, MAX_RESENDS]) {
        expect(interpret(context({ leg, transients }), refused('unknown'), 0).leg).toBe(leg);
      }
    }
  });
});

it('spreads back-offs', () => {
  expect(interpret(context(), refused('transient'), 1).delayMs).toBe(1_250);
});

it('a failed request becomes the refusal of each of its messages', () => {
  const error = new OutboundError({ class: 'transient', code: 'http-429', reason: 'slow down', retryAfterMs: 2_000 });
  expect(refusalOf(error)).toEqual({
    ok: false,
    class: 'transient',
    clevertap: '904',
    code: 'http-429',
    reason: 'slow down',
    retryAfterMs: 2_000,
  });
});
