import type { CallbackAuth, CallbackRequest, ProviderConfig } from '../provider';
import { infobip, type InfobipCredentials } from '.';
import { callbackDataOf } from './proof';

const AUTH: CallbackAuth = { basic: { username: 'heliograph', password: 'secret-1' } };
const OTHER: CallbackAuth = { basic: { username: 'heliograph', password: 'secret-2' } };
const DELIVERED = { groupId: 3, groupName: 'DELIVERED', id: 5, name: 'DELIVERED_TO_HANDSET', description: 'x' };

const config = (over: Partial<ProviderConfig<InfobipCredentials>> = {}): ProviderConfig<InfobipCredentials> => ({
  credentials: { apiKey: 'key' },
  baseUrl: 'https://api.example.com',
  callbackUrl: 'https://sms.example.com/callbacks/token',
  callbackAuth: AUTH,
  ...over,
});

const report = (messageId: string, callbackData?: unknown) => ({ messageId, status: DELIVERED, callbackData });

function post(results: unknown, headers: Record<string, string> = {}): CallbackRequest {
  const body = Buffer.from(JSON.stringify({ results }));
  return {
    method: 'POST',
    url: '/callbacks/token',
    query: new URLSearchParams(),
    headers: { 'content-type': 'application/json', ...headers },
    body,
  };
}

const idsIn = (request: CallbackRequest, over: Partial<ProviderConfig<InfobipCredentials>> = {}) => {
  const result = infobip.callback(request, config(over));
  return result.kind === 'receipts' ? [result.proof, result.receipts.map(({ attemptId }) => attemptId)] : result.kind;
};

it('each message carries a code of its own, and none where the gateway expects nothing', async () => {
  const sent: { webhooks: { callbackData?: string } }[] = [];
  const http = {
    request: ({ body }: { body?: string }) => {
      sent.push(...(JSON.parse(body!) as { messages: typeof sent }).messages);
      return Promise.resolve({ status: 200, headers: {}, body: '{"messages":[]}' });
    },
  };
  const message = {
    id: 'a1', to: '+919800000001', from: null, text: 'x', encoding: 'gsm7' as const, flash: false, port: null,
    entityId: null, templateId: null, validitySeconds: null, callbackUrl: 'https://sms.example.com/callbacks/token',
  }; // prettier-ignore
  await infobip.submit(config(), [message, { ...message, id: 'a2' }], http, new AbortController().signal);
  await infobip.submit(config({ callbackAuth: null }), [message], http, new AbortController().signal);
  const codes = sent.map(({ webhooks }) => webhooks.callbackData);
  expect(codes).toEqual([callbackDataOf(AUTH, 'a1'), callbackDataOf(AUTH, 'a2'), undefined]);
  expect(codes[0]).not.toBe(codes[1]);
});

describe('a report without Authorization', () => {
  const code = callbackDataOf(AUTH, 'a1');

  it('is proven by what it gives back, whatever the case of the id', () => {
    expect(idsIn(post([report('a1', code)]))).toEqual(['secret', ['a1']]);
    expect(idsIn(post([report('A1', code)]))).toEqual(['secret', ['a1']]);
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a number', 7],
    ['the code of another message', callbackDataOf(AUTH, 'a2')],
    ['the code under another secret', callbackDataOf(OTHER, 'a1')],
    ['a cut code', code!.slice(0, -2)],
    ['a longer code', `${code}AA`],
  ])('is refused with %s', (_label, given) => {
    expect(idsIn(post([report('a1', given)]))).toBe('unauthentic');
  });

  it('is refused whatever its body is', () => {
    for (const results of [undefined, 7, [], [null], ['x'], [{}], [{ callbackData: code }]]) {
      expect(idsIn(post(results))).toBe('unauthentic');
    }
  });

  it('is read beside others that are not: they stay out', () => {
    expect(idsIn(post([report('forged', code), report('a1', code), report('a3')]))).toEqual(['secret', ['a1']]);
  });

  it('is proven by the secret of before a rotation while that is kept', () => {
    expect(idsIn(post([report('a1', code)]), { callbackAuth: OTHER, previousCallbackAuth: AUTH })).toEqual([
      'secret',
      ['a1'],
    ]);
    expect(idsIn(post([report('a1', code)]), { callbackAuth: OTHER, previousCallbackAuth: null })).toBe('unauthentic');
  });
});

it('an inbound text has nothing to give back: it needs the header', () => {
  const text = {
    messageId: 'x',
    from: '919800000001',
    to: '5',
    text: 'START',
    receivedAt: '2026-08-01T10:00:00.000+0000',
  };
  expect(idsIn(post([text]))).toBe('unauthentic');
  const authorization = `Basic ${Buffer.from('heliograph:secret-1').toString('base64')}`;
  expect(infobip.callback(post([text], { authorization }), config())).toMatchObject({
    kind: 'inbound',
    proof: 'secret',
  });
});
