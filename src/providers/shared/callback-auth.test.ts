import { freshCallbackAuth, isAuthentic, provenBySecret, renewedCallbackAuth } from './callback-auth';
import type { CallbackAuth, CallbackRequest } from '../provider';

const basic = { username: 'user', password: 'p4ss:word' };
const BASIC = `Basic ${Buffer.from('user:p4ss:word').toString('base64')}`;

const requestWith = (authorization: string | string[] | undefined): CallbackRequest => ({
  method: 'POST',
  url: '/',
  query: new URLSearchParams(),
  body: Buffer.alloc(0),
  headers: { authorization },
});

describe('isAuthentic', () => {
  it.each<[string, CallbackAuth | null, string | string[] | undefined, boolean]>([
    ['nothing expected, nothing given', null, undefined, false],
    ['nothing expected, something given', null, 'Basic x', false],
    ['Basic', { basic }, BASIC, true],
    ['Basic with another password', { basic }, `Basic ${Buffer.from('user:pass').toString('base64')}`, false],
    ['Basic in other letters', { basic }, BASIC.toLowerCase(), false],
    ['Bearer', { bearer: 't0ken' }, 'Bearer t0ken', true],
    ['Bearer, scheme in lower case', { bearer: 't0ken' }, 'bearer t0ken', true],
    ['another Bearer', { bearer: 't0ken' }, 'Bearer t0keN', false],
    ['the token under another scheme', { bearer: 't0ken' }, 'Basic t0ken', false],
    ['either of two: the first', { basic, bearer: 't0ken' }, BASIC, true],
    ['either of two: the second', { basic, bearer: 't0ken' }, 'Bearer t0ken', true],
    ['an empty expectation is still one', { bearer: '' }, undefined, false],
    ['no header', { basic }, undefined, false],
    ['two headers', { basic }, [BASIC, BASIC], false],
  ])('%s', (_label, callbackAuth, authorization, expected) => {
    expect(isAuthentic(requestWith(authorization), { callbackAuth })).toBe(expected);
  });

  it('what was good before a rotation still is, as long as it is kept', () => {
    const callbackAuth = { bearer: 'new' };
    const previousCallbackAuth = { bearer: 'old' };
    expect(isAuthentic(requestWith('Bearer new'), { callbackAuth, previousCallbackAuth })).toBe(true);
    expect(isAuthentic(requestWith('Bearer old'), { callbackAuth, previousCallbackAuth })).toBe(true);
    expect(isAuthentic(requestWith('Bearer old'), { callbackAuth, previousCallbackAuth: null })).toBe(false);
  });
});

describe('provenBySecret', () => {
  const receipts = { kind: 'receipts' as const, receipts: [] };
  it('notes the proof of what is read', () => {
    const read = () => receipts;
    expect(provenBySecret(requestWith(BASIC), { callbackAuth: { basic } }, read)).toEqual({
      ...receipts,
      proof: 'secret',
    });
    expect(provenBySecret(requestWith(BASIC), { callbackAuth: null }, read)).toEqual(receipts);
  });

  it('reads nothing that is not authentic', () => {
    const read = jest.fn(() => receipts);
    expect(provenBySecret(requestWith(undefined), { callbackAuth: { basic } }, read).kind).toBe('unauthentic');
    expect(read).not.toHaveBeenCalled();
  });
});

it('a vendor that can send a secret gets one of its own kind, each time another', () => {
  const first = freshCallbackAuth({ callbackScheme: 'basic' });
  expect(first).toEqual({ basic: { username: 'heliograph', password: expect.stringMatching(/^[\w-]{32}$/) } });
  expect(freshCallbackAuth({ callbackScheme: 'basic' })).not.toEqual(first);
  expect(freshCallbackAuth({ callbackScheme: 'bearer' })).toEqual({ bearer: expect.stringMatching(/^[\w-]{32}$/) });
  expect(freshCallbackAuth({ callbackScheme: 'signature' })).toBeNull();
  expect(freshCallbackAuth({ callbackScheme: 'nothing' })).toBeNull();
});

it('a renewed secret is of the same kind and for the same user', () => {
  const renewed = renewedCallbackAuth({ basic, bearer: 'old' });
  expect(renewed).toEqual({ basic: { username: 'user', password: expect.any(String) }, bearer: expect.any(String) });
  expect(renewed.basic?.password).not.toBe(basic.password);
  expect(renewed.bearer).not.toBe('old');
  expect(renewedCallbackAuth({ basic })).not.toHaveProperty('bearer');
});
