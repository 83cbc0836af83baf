import { exposedSecrets, hasSecret } from './exposed';

const SECRET = 'p4ss:w/rd+1';
const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('hasSecret', () => {
  it.each([
    ['as it is', SECRET],
    ['within a text', `user ${SECRET}!`],
    ['percent encoded', encodeURIComponent(SECRET)],
    ['percent encoded twice', encodeURIComponent(encodeURIComponent(SECRET))],
    ['in base64', base64(SECRET)],
    ['in base64 behind a user', `Basic ${base64(`user:${SECRET}`)}`],
    ['in base64 behind a longer user', `Basic ${base64(`users:${SECRET}`)}`],
    ['in base64url', Buffer.from(`u:${SECRET}`).toString('base64url')],
    ['in base64 that is percent encoded', encodeURIComponent(base64(`ab:${SECRET}`))],
    ['in hex', Buffer.from(SECRET).toString('hex')],
    ['in a form', new URLSearchParams({ password: SECRET }).toString()],
  ])('%s', (_label, text) => {
    expect(hasSecret(text, ['other', SECRET])).toBe(true);
  });

  it.each([['Bearer {key}'], ['application/json'], [''], [base64('user:other')], ['p4ss']])('not in %j', (text) => {
    expect(hasSecret(text, [SECRET, ''])).toBe(false);
  });

  it('a short secret is looked for as a whole value only', () => {
    expect(hasSecret('abc', ['abc'])).toBe(true);
    expect(hasSecret('abcd', ['abc'])).toBe(false);
  });
});

describe('exposedSecrets', () => {
  const provider = { openMembers: ['headers', 'fields'], secrets: () => [SECRET] };
  const placesIn = (credentials: object) => exposedSecrets(provider, credentials).map(({ path }) => path.join('.'));

  it.each([
    'Authorization', 'authorization', 'X-Api-Key', 'apikey', 'x-auth-token', 'token', 'accessToken', 'access_token',
    'password', 'userPassword', 'pass', 'pwd', 'client_secret', 'Cookie', 'auth-key', 'key', 'smsKey', 'PIN', 'jwt',
  ])('a literal under %s', (name) => {
    expect(placesIn({ headers: { [name]: 'Bearer literal' } })).toEqual([`headers.${name}`]);
    expect(placesIn({ headers: { [name]: 'Bearer {key}' } })).toEqual([]);
    expect(placesIn({ headers: { [name]: '' } })).toEqual([]);
  }); // prettier-ignore

  it.each(['accept', 'content-type', 'keyword', 'monkeys', 'tokens', 'passenger', 'reference', 'to', 'text'])(
    'nothing is wrong with a literal under %s',
    (name) => {
      expect(placesIn({ headers: { [name]: 'literal' } })).toEqual([]);
    },
  );

  it('looks into what is nested, and leaves other members alone', () => {
    expect(
      placesIn({
        fields: { login: [{ password: 'literal' }, SECRET], token: ['a'], to: '{to}' },
        secrets: { key: SECRET },
        answer: { token: 'place' },
      }),
    ).toEqual(['fields.login.0.password', 'fields.login.1', 'fields.token.0']);
  });

  it('a member that is a text itself has no name of its own', () => {
    const path = { openMembers: ['path'], secrets: () => [SECRET] };
    expect(exposedSecrets(path, { path: '/v1/send' })).toEqual([]);
    expect(exposedSecrets(path, { path: `/bot${encodeURIComponent(SECRET)}/send` })).toHaveLength(1);
  });
});
