/** Of every provider: what it would ask shows neither its secrets nor the number nor a hidden text, however it writes them. */
import { openGateway } from './open';
import { previewRequest, type PreviewedAttempt } from './preview';
import { providers } from './registry';

/** Long, and of letters that every encoding changes. */
const SECRETS = ['s3cret+key/one=', 's3cret+key/two='];
const TOKEN = 'tok3n-of-the-callback-url';
const AUTH = { basic: { username: 'heliograph', password: 's3cret+auth/' }, bearer: 's3cret+bearer/' };
const LOGINS: Record<string, object[]> = {
  clickatell: [{ apiKey: 's3cret-key-one' }],
  'clickatell-legacy': [{ username: 'u', password: SECRETS[0], apiId: '7' }],
  http: [
    {
      path: '/send/{key}', format: 'json', secrets: { key: SECRETS[0] }, headers: { authorization: 'Bearer {key}' },
      fields: { to: '+{to}', text: '{text}', key: '{key}', back: '{callbackUrl}' },
    },
    { path: '/', method: 'GET', format: 'query', secrets: { key: SECRETS[0] }, fields: { to: '{to}', text: '{text}', k: '{key}', b: '{callbackUrl}' } },
  ],
  infobip: [{ apiKey: 's3cret-key-one', secretKey: SECRETS[1] }],
  mobtexting: [{ token: 's3cret-key-one', service: 'T', webhookId: 'w' }],
  pingbix: [{ userId: 'u', password: SECRETS[0] }, { apiKey: 's3cret-key-one' }],
  'times-mobile': [{ username: 'u', password: SECRETS[0] }],
  twilio: [{ accountSid: `AC${'1'.repeat(32)}`, authToken: 's3cret-key-one' }],
}; // prettier-ignore
const CASES = Object.values(providers).flatMap(({ name }) => LOGINS[name]!.map((login) => [name, login] as const));

const attempt: PreviewedAttempt['attempt'] = {
  id: '01931f4e-7d2a-7000-8000-000000000001', no: 1, msisdn: '+919812345678', sender: 'BRANDA', body: 'Your code is 482910 नमस्ते',
  encoding: 'ucs2', options: { entityId: '1701158123540939524', templateId: '1107160000000000001' },
}; // prettier-ignore
const asked = (name: string, login: object, over: Partial<PreviewedAttempt> = {}) => {
  const row = { id: 'gw', provider: name, base_url: 'https://vendor.example.com', provider_id_base: null };
  const secrets = { credentials: login, callbackAuth: AUTH, previousCallbackAuth: AUTH, callbackToken: TOKEN };
  return previewRequest(openGateway(row, secrets, 'https://sms.example.com'), {
    attempt,
    gateway: { smartEncoding: false, validitySeconds: 3_600 },
    shownTo: '+9198******78',
    textInstead: null,
    ...over,
  });
};

/** As it is, and as URLs, forms and headers write it. */
const spellings = (secret: string): string[] => [
  secret, encodeURIComponent(secret), new URLSearchParams({ a: secret }).toString().slice(2), JSON.stringify(secret).slice(1, -1),
  Buffer.from(secret).toString('base64'), Buffer.from(secret).toString('hex'),
]; // prettier-ignore

/** As it is, in a form or URL, and in UTF-16 as hex. */
const shows = (shown: string, text: string): boolean =>
  [
    text,
    text.replaceAll(' ', '+'),
    text.replaceAll(' ', '%20'),
    Buffer.from(text, 'utf16le').swap16().toString('hex'),
  ].some((spelled) => shown.includes(spelled));

test.each(CASES)('%s shows no secret, %j', async (name, login) => {
  const request = (await asked(name, login))!;
  const shown = decodeURIComponent(`${JSON.stringify(request)} `.replaceAll('+', ' ')) + JSON.stringify(request);
  expect(request.url).toContain('https://vendor.example.com/');
  const hidden = [...SECRETS, 's3cret-key-one', TOKEN, AUTH.basic.password, AUTH.bearer, '9812345678'];
  for (const secret of hidden) for (const spelled of spellings(secret)) expect(shown).not.toContain(spelled);
  expect(shown).not.toContain('s3cret');
  // It is a request all the same: number and text stand in it.
  expect(shown.replaceAll('%2A', '*')).toContain('9198******78');
  expect(shows(shown, 'Your code is 482910')).toBe(true);
});

test.each(CASES)('%s shows no text that is hidden, %j', async (name, login) => {
  const request = await asked(name, login, { textInstead: '(text not shown)' });
  const shown = JSON.stringify(request);
  expect(shows(shown, '482910')).toBe(false);
  expect(shows(shown, 'text not shown')).toBe(true);
});

test('every provider is walked', () => expect(Object.keys(LOGINS).sort()).toEqual(Object.keys(providers).sort()));

test('a message of which an adapter makes no request has none', async () => {
  const tooLong = { ...attempt, body: 'x'.repeat(2_000), encoding: 'gsm7' as const };
  expect(await asked('twilio', LOGINS['twilio']![0]!, { attempt: tooLong })).toBeNull();
  expect(await asked('twilio', LOGINS['twilio']![0]!, { attempt: tooLong, textInstead: 'short' })).toBeNull();
});
