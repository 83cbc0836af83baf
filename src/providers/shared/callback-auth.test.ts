import { isAuthentic } from './callback-auth';
import type { CallbackAuth } from '../provider';

const basic = { username: 'user', password: 'p4ss:word' };
const BASIC = `Basic ${Buffer.from('user:p4ss:word').toString('base64')}`;

describe('isAuthentic', () => {
  it.each<[string, CallbackAuth | null, string | string[] | undefined, boolean]>([
    ['nothing expected, nothing given', null, undefined, true],
    ['nothing expected, something given', {}, 'Basic x', true],
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
  ])('%s', (_label, auth, authorization, expected) => {
    const request = { method: 'POST', url: '/', query: new URLSearchParams(), body: Buffer.alloc(0) };
    expect(isAuthentic({ ...request, headers: { authorization } }, auth)).toBe(expected);
  });
});
