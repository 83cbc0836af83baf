/**
 * Who is shown texts. Every GET of the API document is asked, with keys of several scopes, in an account where each text
 * has words of its own: a new route is walked as soon as it is declared.
 */
import { proofFor } from '../support/callbacks';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bearerOf } from '../support/api';
import { contractDocument } from '../support/contract';
import { ADMIN_KEY } from '../support/servers';
import { joinStack, type SharedStack } from '../support/shared';
import { until } from '../support/until';

/** What stands in texts, and nowhere else. */
const MARKS = {
  open: 'Quillwort ferns 271828',
  extra: 'Juniper hedge 141421',
  echoed: 'Marigold lawns 161803',
  reply: 'STOP 173205',
  refused: 'Larkspur sheds 331662',
  campaign: 'Bluebell woods',
  template: 'Snowdrop fields',
  sensitive: 'Foxglove seeds 223606',
  sensitiveRefused: 'Monkshood 346410',
  sensitiveExtra: 'Hemlock leaves 244948',
  sensitiveCampaign: 'Nightshade 264575',
  sensitiveVariable: 'Oleander 282842',
  sensitiveTemplate: 'Wolfsbane 316227',
};
type Mark = keyof typeof MARKS;
/** Of messages, and of the people who answer them: shown with the scope `content`, and with those that have it. */
const CONTENT: Mark[] = ['open', 'extra', 'echoed', 'reply', 'refused'];
/** Texts that people write for many. */
const COMMON: Mark[] = ['campaign', 'template'];
const SECRET: Mark[] = [
  'sensitive', 'sensitiveExtra', 'sensitiveCampaign', 'sensitiveVariable', 'sensitiveTemplate', 'sensitiveRefused',
]; // prettier-ignore

const KEYS = {
  read: ['read'],
  send: ['send', 'read'],
  content: ['read', 'content'],
  manage: ['read', 'manage'],
  admin: ['admin'],
} as const;
type KeyName = keyof typeof KEYS;

/** Of a template that is sensitive. */
const DLT = '1107160000000000001';

let stack: SharedStack;
let vendor: Server;
const headers = {} as Record<KeyName, { authorization: string }>;
/** Values of the parameters of paths, by the collection that stands before them. */
const ids: Record<string, string[]> = {};

/** A vendor that repeats what it refuses. */
const echoing = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => (body += String(chunk)));
  request.on('end', () => {
    const { text } = JSON.parse(body) as { text: string };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ status: 'error', code: 'X9', reason: `not liked: ${text}` }));
  });
});

const send = async (record: object): Promise<string> => {
  const { status, json } = await stack.call('POST', '/clevertap/v1/messages', record);
  expect([status, json.rejected]).toEqual([200, []]);
  return json.ids[0] as string;
};
const post = async (path: string, body: unknown, extra = {}): Promise<{ id: string }> => {
  const { status, json, text } = await stack.call('POST', path, body, extra);
  if (status >= 300) throw new Error(`${path}: ${status} ${text}`);
  return json as { id: string };
};
const traceOf = async (id: string, key: KeyName = 'manage') =>
  (await stack.call('GET', `/api/v1/messages/${id}`, undefined, headers[key])).json;
const settled = (id: string) =>
  until('the message is settled', async () => {
    const trace = await traceOf(id);
    return trace.settledAt === undefined ? null : trace;
  });
const bodyOf = async (id: string): Promise<string> =>
  (await stack.database.pool.query<{ body: string }>('select body from messages where id = $1', [id])).rows[0]!.body;

beforeAll(async () => {
  stack = await joinStack();
  for (const [name, scopes] of Object.entries(KEYS)) {
    // The walk asks as fast as it can.
    headers[name as KeyName] = await bearerOf(stack, [...scopes], { ratePerSecond: 1_000 });
  }
  vendor = echoing.listen(0, '127.0.0.1');
  await new Promise((resolve) => vendor.once('listening', resolve));

  // It would give way to the other one.
  await stack.database.pool.query('update gateways set demo = false where id = $1', [stack.gatewayId]);
  const echo = await post('/api/v1/gateways', {
    provider: 'http',
    name: 'Echo',
    sendingPattern: 'loop',
    priority: 200,
    baseUrl: `http://127.0.0.1:${(vendor.address() as AddressInfo).port}`,
    credentials: {
      path: '/send',
      format: 'json',
      fields: { text: '{text}', to: '{to}', id: '{id}' },
      answer: { success: { at: '/status', equals: 'ok' }, code: '/code', reason: '/reason' },
    },
  });
  const group = await post('/api/v1/groups', { name: 'Everybody', gatewayId: stack.gatewayId });
  const member = await post(`/api/v1/groups/${group.id}/members`, { to: '+919800000201', variables: { word: 'x' } });

  const template = await post('/api/v1/templates', { name: 'Open', text: `${MARKS.template} {word}` });
  const secret = await post('/api/v1/templates', { name: 'Secret', text: 'Your word: {word}', sensitive: true });
  // Long before a record names it: an account's settings are kept for a moment.
  const dlt = { text: 'Your code is {code}', sensitive: true, dltTemplateId: DLT };
  await post('/api/v1/templates', { name: 'DLT', ...dlt });
  const audience = { recipients: [{ to: '+919800000203' }] };
  const campaigns = [
    await post('/api/v1/campaigns', { name: 'Open', message: MARKS.campaign, audience }),
    await post('/api/v1/campaigns', { name: 'Hidden', message: MARKS.sensitiveCampaign, audience, sensitive: true }),
    await post('/api/v1/campaigns', {
      name: 'Variable', templateId: secret.id, variables: { word: MARKS.sensitiveVariable }, audience,
    }),
    await post('/api/v1/campaigns', {
      name: 'Recipient', templateId: secret.id,
      audience: { recipients: [{ to: '+919800000204', variables: { word: MARKS.sensitiveTemplate } }] },
    }),
  ]; // prettier-ignore
  const upload = await post('/api/v1/uploads', `to,word\n+919800000207,${MARKS.echoed}\nnobody,y\n`, {
    'content-type': 'text/csv',
  });
  const uploaded = async () => (await stack.call('GET', `/api/v1/uploads/${upload.id}`)).json.state === 'ready';
  await until('the upload is ready', uploaded);
  const route = await post('/api/v1/routes', { name: 'One', legs: [{ gatewayId: echo.id }] });
  const { id: echoCampaign } = await post('/api/v1/campaigns', {
    name: 'Echo', message: '{word}', audience: { uploadId: upload.id }, routeId: route.id,
  }); // prettier-ignore

  const messages = [
    await send({ to: '919800000205', text: MARKS.open, mid: 'open', note: MARKS.extra }),
    await send({
      to: '919800000206',
      text: MARKS.sensitive,
      mid: 'hidden',
      sensitive: true,
      note: MARKS.sensitiveExtra,
    }),
  ];
  for (const id of messages) await settled(id);
  const done = async (id: string) =>
    until('the campaign is over', async () => {
      const { json } = await stack.call('GET', `/api/v1/campaigns/${id}`);
      return ['finished', 'failed'].includes(json.state) ? json : null;
    });
  for (const id of [...campaigns.map((one) => one.id), echoCampaign]) await done(id);
  const ofCampaigns = await stack.database.pool.query<{ id: string }>(
    'select m.id from messages m join slices s on s.id = m.slice_id where s.campaign_id is not null and s.account_id = $1',
    [stack.accountId],
  );

  const reply = { messageId: 'mo-1', from: '919800000205', to: '5555', text: MARKS.reply, cleanText: MARKS.reply };
  const { json: gateway } = await stack.call('GET', `/api/v1/gateways/${stack.gatewayId}`);
  const inbound = { results: [{ ...reply, receivedAt: '2026-08-01T10:00:00.000+0000', smsCount: 1 }], messageCount: 1 };
  const url = new URL(gateway.callbackUrl as string).pathname;
  await stack.call('POST', url, { ...inbound, pendingMessageCount: 0 }, proofFor(url));
  await until('the reply is queued', async () => {
    const { json } = await stack.call('GET', '/api/v1/callbacks?event=replied');
    return json.items.length > 0;
  });

  const { json: list } = await stack.call('POST', '/api/v1/suppressions', 'to,reason\n+919800000207,asked\nx,y\n', {
    'content-type': 'text/csv',
  });
  for (const record of [{ text: MARKS.refused }, { text: MARKS.sensitiveRefused, sensitive: true }]) {
    await stack.call('POST', '/clevertap/v1/messages', { to: 'nobody', mid: 'refused', ...record });
  }
  const listed = async (path: string): Promise<string[]> =>
    (await stack.call('GET', path)).json.items.map(({ id }: { id: string }) => id);
  Object.assign(ids, {
    messages: [...messages, ...ofCampaigns.rows.map((row) => row.id)],
    campaigns: [...campaigns.map((one) => one.id), echoCampaign],
    gateways: [stack.gatewayId, echo.id],
    groups: [group.id],
    members: [member.id],
    templates: [template.id, secret.id],
    uploads: [upload.id],
    accounts: [stack.accountId],
    callbacks: await listed('/api/v1/callbacks?limit=100'),
    webhooks: await listed('/api/v1/webhooks'),
    suppressions: await listed('/api/v1/suppressions'),
    imports: [list.id],
    // They are written a moment later.
    requests: await until('both are kept', async () => {
      const kept = await listed('/api/v1/requests');
      return kept.length >= 2 && kept;
    }),
    erasures: [(await post('/api/v1/erasures', { to: '+919800000209' })).id],
    senders: [(await post('/api/v1/senders', { sender: 'BRANDA', class: 'transactional' })).id],
    routes: [route.id],
    'test-phones': [(await post('/api/v1/test-phones', { to: '+919800000208' })).id],
  });
});
afterAll(async () => {
  vendor.close();
  await stack.stop();
});

/** Every GET that a key is asked for. */
const gets = Object.entries(contractDocument().paths)
  .flatMap(([path, item]) => (item.get !== undefined && item.get.security.length > 0 ? [path] : []))
  // Sends, whose answers are their sender's own.
  .filter((path) => !/^\/(api\/v2\/sms|ct|clevertap)\//.test(path));

/** A path with each of the things that it can be about. @throws Error for a thing that the account has none of */
function filled(path: string): string[] {
  const [, before, name] = /([\w-]+)\/\{(\w+)\}/.exec(path) ?? [];
  if (name === undefined) return [path];
  const values = ids[before!];
  if (values === undefined) throw new Error(`${path}: this test has no ${before}; give it one, with a text of its own`);
  return values.flatMap((value) => filled(path.replace(`{${name}}`, encodeURIComponent(value))));
}

/** A stream is read until it has said everything once: what it begins with, and what it tells within so long. */
const STREAM_MS = 2_500;

async function bodyAt(url: string, key: KeyName): Promise<string> {
  const paged = contractDocument().paths[url]?.get?.parameters?.some((one) => 'name' in one && one.name === 'limit');
  const over = new AbortController();
  const response = await fetch(`${stack.url}${url}${paged === true ? '?limit=100' : ''}`, {
    headers: { ...headers[key], 'x-account-id': stack.accountId },
    signal: over.signal,
  });
  let text = '';
  let timer: NodeJS.Timeout | undefined;
  try {
    for await (const chunk of response.body!) {
      text += Buffer.from(chunk as Uint8Array).toString();
      // From its first words on: on a busy machine these may be long in coming.
      if (url.endsWith('/events')) timer ??= setTimeout(() => over.abort(), STREAM_MS);
    }
  } catch (error) {
    if (!over.signal.aborted) throw error;
  }
  clearTimeout(timer);
  return `${response.status} ${text}`;
}

/** The words of texts that are there, whole or in part: the number in each of them is a password. */
const marksIn = (text: string): Mark[] =>
  (Object.entries(MARKS) as [Mark, string][])
    .filter(([, words]) => [words, ...words.split(' ').filter((word) => word.length > 5)].some((one) => text.includes(one)))
    .map(([mark]) => mark); // prettier-ignore

const seen: Record<KeyName, Set<Mark>> = {
  read: new Set(), send: new Set(), content: new Set(), manage: new Set(), admin: new Set(),
}; // prettier-ignore

describe.each(gets)('GET %s', (path) => {
  test.each(Object.keys(KEYS) as KeyName[])('with a key of the scopes of %s', async (key) => {
    for (const url of filled(path)) {
      const marks = marksIn(await bodyAt(url, key));
      for (const mark of marks) seen[key].add(mark);
      const hidden = key === 'read' || key === 'send' ? [...CONTENT, ...SECRET] : SECRET;
      expect([url, marks.filter((mark) => hidden.includes(mark))]).toEqual([url, []]);
    }
  });
});

test('what may be seen was seen: the words are there to be found', () => {
  for (const key of Object.keys(KEYS) as KeyName[]) expect([key, ...COMMON.filter((m) => !seen[key].has(m))]).toEqual([key]);
  for (const key of ['content', 'manage', 'admin'] as const) {
    expect([...seen[key]]).toEqual(expect.arrayContaining(['open', 'extra', 'echoed', 'refused']));
  }
  expect([...seen.manage]).toContain('reply');
}); // prettier-ignore

test('a hidden text says why it is hidden, and its refusal what the vendor refused it for', async () => {
  const [open, hidden] = ids.messages as [string, string];
  expect(await traceOf(open, 'read')).toMatchObject({ text: null, textHidden: 'scope' });
  expect(await traceOf(open, 'content')).toMatchObject({ text: MARKS.open, options: { extra: { note: MARKS.extra } } });
  expect(await traceOf(open, 'content')).not.toHaveProperty('textHidden');
  for (const key of ['read', 'content', 'manage', 'admin'] as const) {
    const trace = await traceOf(hidden, key);
    expect(trace).toMatchObject({
      text: null,
      textHidden: 'sensitive',
      options: { sensitive: true },
      state: 'delivered',
    });
  }
  const { json } = await stack.call('GET', `/api/v1/messages?campaignId=${ids.campaigns!.at(-1)}`);
  expect(json.items).toEqual([expect.objectContaining({ state: 'failed', reason: 'not liked: …' })]);
});

describe('sensitive', () => {
  const TEXT = 'Your code is 482910';
  const form = (path: string, fields: Record<string, string>) =>
    stack.call('POST', path, new URLSearchParams(fields), { 'content-type': 'application/x-www-form-urlencoded' });

  test.each<[string, () => Promise<string>]>([
    ['a record', () => send({ to: '919800000211', text: TEXT, sensitive: true })],
    ['a record of a batch, by its globals', () => send({ sensitive: '1', any: [{ to: '919800000212', text: TEXT }] })],
    [
      'a record that names a sensitive template',
      () => send({ to: '919800000213', text: TEXT, template_id: DLT, entity_id: DLT, note: TEXT }),
    ],
    [
      'a form',
      async () => (await form('/clevertap/v1/messages', { to: '919800000214', message: TEXT, sensitive: 'TRUE' })).json.ids[0],
    ],
    [
      'a query',
      async () =>
        (await stack.call('GET', `/clevertap/v1/messages?to=919800000215&text=${encodeURIComponent(TEXT)}&sensitive=true`))
          .json.ids[0],
    ],
    [
      'a node of Mobtexting',
      async () =>
        (
          await stack.call('POST', '/api/v2/sms/clevertap/json', {
            root: { sender: 'HELIOG', message: TEXT, service: 'T' },
            nodes: [{ to: '919800000216', sensitive: true }],
          })
        ).json.data[0].id,
    ],
    [
      'a message of Times Mobile',
      async () =>
        (await form('/ct/api/v1/send', { username: 'x', password: ADMIN_KEY, to: '919800000217', text: TEXT, sensitive: 'true' }))
          .json.transactionId,
    ],
    [
      'the code of a test phone',
      async () => {
        await post('/api/v1/test-phones', { to: '+919800000218' });
        const { json } = await stack.call('GET', '/api/v1/messages?to=919800000218');
        return json.items[0].id as string;
      },
    ],
    [
      'a notification',
      async () => {
        const groupId = ids.groups![0];
        const { json } = await stack.call('POST', '/send', [{ groupId, message: TEXT, sensitive: true }]);
        return until('it is made', async () => {
          const list = await stack.call('GET', `/api/v1/messages?campaignId=${json[0].campaignId}`);
          return list.json.items[0]?.id as string | undefined;
        });
      },
    ],
  ])('%s: nobody is shown its text, and it is deleted at its end', async (_, make) => {
    const id = await make();
    for (const key of ['read', 'content', 'manage', 'admin'] as const) {
      const trace = JSON.stringify(await traceOf(id, key));
      expect(trace).not.toMatch(/code|482910/);
      expect(JSON.parse(trace)).toMatchObject({ text: null, textHidden: 'sensitive' });
    }
    expect((await settled(id)).state).toBe('delivered');
    expect(await bodyOf(id)).toBe('');
    const { rows } = await stack.database.pool.query('select raw from receipts where message_id = $1', [id]);
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.filter(({ raw }) => raw !== null)).toEqual([]);
  }); // prettier-ignore

  test('its text is kept while a leg may need it: the fallback sends what the first was given', async () => {
    await stack.control('PUT', '/control/script', { refuse: [{ outcome: 'sender', senders: ['HELIOG'] }] });
    const id = await send({ to: '919800000221', text: TEXT, sensitive: true });
    const trace = await settled(id);
    expect([trace.state, trace.attempts.length]).toEqual(['delivered', 2]);
    const { json } = await stack.control('GET', '/control/messages?to=919800000221');
    const told = (json.messages as { sender: string; text: string }[]).map(({ sender, text }) => [sender, text]);
    expect(told.sort()).toEqual([
      ['HELIOB', TEXT],
      ['HELIOG', TEXT],
    ]);
    expect(await bodyOf(id)).toBe('');
    await stack.control('PUT', '/control/script', {});
  });

  test('one that waits is hidden at once, and kept for its time', async () => {
    const time = new Date(Date.now() + 3_600_000).toISOString();
    const id = await send({ to: '919800000222', text: TEXT, sensitive: true, time });
    expect(await traceOf(id)).toMatchObject({ state: 'accepted', text: null, textHidden: 'sensitive' });
    expect(await bodyOf(id)).toBe(TEXT);
  });

  test.each(['yes', 'maybe', 2, 'on'])('400: %p is neither yes nor no', async (value) => {
    const record = { to: '919800000223', text: TEXT, sensitive: value };
    const { status, json } = await stack.call('POST', '/clevertap/v1/messages', record);
    expect(status).toBe(400);
    expect(json.rejected).toEqual([
      { index: 0, code: 'invalid-type', field: 'sensitive', message: 'sensitive must be true or false' },
    ]);
  });

  test.each([false, 'false', 0, '0', ''])('%p is no', async (value) => {
    const id = await send({ to: '919800000224', text: `Hello ${String(value)}`, sensitive: value });
    expect(await traceOf(id, 'content')).toMatchObject({ text: `Hello ${String(value)}` });
  });

  test('a campaign that was sensitive says why it can’t be sent again, and keeps nothing', async () => {
    const [, hidden, variable, recipient] = ids.campaigns!;
    const { rows } = await stack.database.pool.query(
      'select body, variables from campaigns where id = any($1) order by created_at',
      [[hidden, variable, recipient]],
    );
    expect(rows).toEqual([
      { body: '', variables: {} },
      { body: '', variables: {} },
      { body: '', variables: {} },
    ]);
    const phone = await post('/api/v1/test-phones', { to: '+919800000225' });
    await stack.database.pool.query('update test_phones set verified_at = now() where id = $1', [phone.id]);
    const { status, json } = await stack.call('POST', `/api/v1/campaigns/${hidden}/test`, {});
    expect([status, json.errors]).toEqual([
      400,
      [{ field: 'id', message: 'names a sensitive campaign that has ended: its text is deleted, so it can’t be sent again' }],
    ]);
  }); // prettier-ignore

  test('an answer that is kept for a repeated request has no text either', async () => {
    const key = { 'idempotency-key': 'sensitive-campaign' };
    const body = { name: 'Kept', message: TEXT, sensitive: true, draft: true, audience: { recipients: [{ to: '+919800000226' }] } };
    const [first, again] = [
      await stack.call('POST', '/api/v1/campaigns', body, key),
      await stack.call('POST', '/api/v1/campaigns', body, key),
    ];
    expect(again.json).toEqual(first.json);
    expect(first.json).toMatchObject({ message: null, variables: {}, sensitive: true });
  }); // prettier-ignore
});

test('a manage key may give the scope content, a read key has none to give', async () => {
  const made = await stack.call('POST', '/api/v1/api-keys', { name: 'viewer', scopes: ['read', 'content'] }, headers.manage);
  expect([made.status, made.json.scopes]).toEqual([201, ['read', 'content']]);
  const own = { authorization: `Bearer ${made.json.key}` };
  expect((await stack.call('GET', `/api/v1/messages/${ids.messages![0]}`, undefined, own)).json.text).toBe(MARKS.open);
  const alone = await bearerOf(stack, ['content']);
  expect((await stack.call('GET', `/api/v1/messages/${ids.messages![0]}`, undefined, alone)).status).toBe(403);
}); // prettier-ignore
