/** What commands ask of the API and print, against a small server that speaks its contract. */
import { useCliApi, type Reply } from '../../test/support/cli-api';

const { seen, replies, run, url } = useCliApi();

const WHY = {
  verdict: {
    code: 'suppressed', sentence: 'The number has opted out.', who: 'recipient', since: '2026-11-28T09:30:00.000Z',
    remedy: { sentence: 'Nothing: they asked for it.', command: 'heliograph suppress remove +919800000001', link: '/console/messages/m1' },
  },
  subject: { kind: 'message', id: 'm1' },
  evidence: [{ at: '2026-11-28T09:30:00.000Z', kind: 'opt-out', sentence: 'STOP came from the phone.' }],
  others: [{ kind: 'message', id: 'm0', sentence: 'Delivered.', at: '2026-11-27T09:30:00.000Z' }],
}; // prettier-ignore

describe('why', () => {
  beforeEach(() => (replies['GET /api/v1/why'] = { body: WHY }));

  test('is told as a sentence, who can mend it, the remedy and the evidence with times and zone', async () => {
    const { code, out, err } = await run(['why', '+919800000001']);
    expect([code, err]).toEqual([0, '']);
    expect(out.split('\n')).toEqual([
      'The number has opted out.',
      'Since 2026-11-28 09:30:00 UTC.',
      'Only the recipient can change it.',
      '→ Nothing: they asked for it.',
      '  heliograph suppress remove +919800000001',
      `  ${url()}/console/messages/m1`,
      '',
      'About  message m1',
      '',
      'Time                     What     Evidence',
      '2026-11-28 09:30:00 UTC  opt-out  STOP came from the phone.',
      '',
      'Also found',
      'Time                     What        ',
      '2026-11-27 09:30:00 UTC  message m0  Delivered.',
      '',
    ].map((line) => line.trimEnd())); // prettier-ignore
  });

  test.each([
    ['+91 98000 00001', 'to=%2B91+98000+00001'],
    ['cmp_0123456789abcdef', 'id=cmp_0123456789abcdef'],
    ['01890a5d-ac96-774b-bcce-b302099a8057', 'id=01890a5d-ac96-774b-bcce-b302099a8057'],
    ['order-17', 'meta=order-17'],
  ])('%s is asked as %s', async (word, query) => {
    await run(['why', word]);
    expect(seen[0]!.url).toBe(`/api/v1/why?${query}`);
  });

  test('an option says what it is; two things are one too many', async () => {
    await run(['why', '--meta', '9800000001']);
    expect(seen[0]!.url).toBe('/api/v1/why?meta=9800000001');
    const { code, err } = await run(['why', '9800000001', '--id', 'x']);
    expect([code, err]).toEqual([2, expect.stringContaining('why is asked about one thing')]);
    expect((await run(['why'])).code).toBe(2);
  });

  test('--json prints the answer and nothing else', async () => {
    const { out } = await run(['why', 'order-17', '--json']);
    expect(JSON.parse(out)).toEqual(WHY);
  });
});

test('find, alerts, requests: tables for people, the answer for programs', async () => {
  const found = { items: [{ kind: 'refused', id: 'r1', title: '+9198…0001', sentence: 'no text', at: '2026-11-28T09:30:00.000Z', state: 'refused', link: '/console/requests/r1' }], searched: [{ what: 'numbers' }] }; // prettier-ignore
  replies['GET /api/v1/find'] = { body: found };
  expect((await run(['find', '98000', '00001'])).out).toBe(
    'Kind     State    What                 Time                     Id\nrefused  refused  +9198…0001  no text  2026-11-28 09:30:00 UTC  r1\n',
  );
  expect(seen[0]!.url).toBe('/api/v1/find?q=98000+00001');
  replies['GET /api/v1/find'] = {
    body: {
      items: [],
      searched: [
        { what: 'numbers', since: '2026-11-01T00:00:00.000Z' },
        { what: 'names', skipped: 'one letter' },
      ],
    },
  };
  expect((await run(['find', 'x'])).out).toBe(
    'Nothing was found. Looked for:\n  numbers, back to 2026-11-01 00:00:00 UTC\n  not names: one letter\n',
  );

  const alert = { id: 'a1', kind: 'gateway-down', subject: { kind: 'gateway', id: 'gw_1', name: 'Infobip' }, openedAt: '2026-11-28T09:30:00.000Z', closedAt: null, sentence: 'Infobip is down.', remedy: 'Ask them.' }; // prettier-ignore
  replies['GET /api/v1/alerts'] = { body: { items: [alert] } };
  expect((await run(['alerts'])).out).toContain('Infobip is down.\n  gateway Infobip (gw_1), since 2026-11-28 09:30:00 UTC\n  → Ask them.\n'); // prettier-ignore
  await run(['alerts', '--all']);
  expect(seen.at(-1)!.url).toBe('/api/v1/alerts?state=all');

  const refused = { id: 'r1', at: '2026-11-28T09:30:00.000Z', shape: 'generic', route: '/clevertap/v1/messages', keyId: 'k', keyName: 'clevertap', status: 400, code: null, accepted: 0, rejected: 1, problems: [{ index: 0, to: '+9198…0001', meta: 'm', field: 'text', code: 'missing', message: 'must be given' }] }; // prettier-ignore
  replies['GET /api/v1/requests'] = { body: { items: [refused], nextCursor: null } };
  replies['GET /api/v1/requests/r1'] = { body: refused };
  expect((await run(['requests', '--outcome', 'refused'])).out).toContain('must be given');
  expect(seen.at(-1)!.url).toBe('/api/v1/requests?outcome=refused&limit=20');
  expect((await run(['requests', 'r1'])).out).toContain('0  +9198…0001  m     text   must be given');
  expect(JSON.parse((await run(['requests', 'r1', '--json'])).out)).toEqual({ items: [refused], nextCursor: null });
});

test('a list is all its pages up to the limit, empty ones too, and says what else they say', async () => {
  const pages = [
    { items: [{ id: 'm1', to: '+91', state: 'failed', acceptedAt: '2026-11-28T09:30:00.000Z' }], nextCursor: 'c1', searchedSince: 'a' },
    { items: [], nextCursor: 'c2', searchedSince: 'b' },
    { items: [{ id: 'm2', to: '+91', state: 'failed', acceptedAt: '2026-11-28T09:30:00.000Z' }], nextCursor: 'c3', searchedSince: 'c' },
  ]; // prettier-ignore
  replies['GET /api/v1/messages'] = () => ({ body: pages[seen.length - 1] });
  const { out } = await run(['message', 'list', '--limit', '2', '--json', '--contains', '9800', '--provider-id', 'p1']);
  const document = JSON.parse(out) as { items: { id: string }[] };
  expect(document).toMatchObject({ nextCursor: 'c3', searchedSince: 'c' });
  expect(document.items.map(({ id }) => id)).toEqual(['m1', 'm2']);
  expect(seen.map(({ url: asked }) => asked)).toEqual([
    '/api/v1/messages?toContains=9800&providerMessageId=p1&limit=2',
    '/api/v1/messages?toContains=9800&providerMessageId=p1&limit=1&cursor=c1',
    '/api/v1/messages?toContains=9800&providerMessageId=p1&limit=1&cursor=c2',
  ]);
});

test('again, cancel, resend and move go where the contract says', async () => {
  const campaign = { id: 'cmp_2', name: 'Again', state: 'draft' };
  replies['POST /api/v1/campaigns/cmp_1/again'] = { status: 201, body: campaign };
  const { out } = await run([
    'campaign',
    'again',
    'cmp_1',
    '--class',
    'transient',
    '--class',
    'sender',
    '--code',
    '910',
  ]);
  expect(JSON.parse(seen[0]!.body)).toEqual({ classes: ['transient', 'sender'], codes: ['910'] });
  expect(out).toContain('heliograph campaign launch cmp_2');
  replies['POST /api/v1/messages/m1/cancel'] = { body: { id: 'm1', state: 'cancelled' } };
  replies['POST /api/v1/messages/m1/resend'] = { status: 201, body: { id: 'm2' } };
  replies['POST /api/v1/messages/m1/move'] = { body: { id: 'm1' } };
  expect((await run(['message', 'cancel', 'm1'])).code).toBe(0);
  expect((await run(['message', 'resend', 'm1'])).out).toContain('heliograph message show m2');
  await run(['message', 'resend', 'm1', '--confirm']);
  expect(seen.at(-1)!.body).toBe('{"confirm":true}');
  await run(['message', 'move', 'm1', 'gw_2']);
  expect(seen.at(-1)!.body).toBe('{"gatewayId":"gw_2"}');
});

describe('errors', () => {
  const problem = (status: number, code: string, more: object = {}): Reply => ({
    status,
    type: 'application/problem+json',
    body: {
      type: `/docs/errors#${code}`,
      title: `Title of ${code}`,
      status,
      code,
      detail: `Detail of ${code}`,
      ...more,
    },
  });

  test.each([
    [problem(400, 'invalid-request'), 2],
    [problem(401, 'unauthorized'), 4],
    [problem(403, 'forbidden'), 4],
    [problem(404, 'not-found'), 3],
    [problem(409, 'wrong-state'), 6],
    [problem(429, 'rate-limited'), 5],
    [problem(503, 'unavailable'), 5],
    [problem(500, 'internal'), 1],
    [{ status: 502, type: 'text/html', body: '<h1>Bad gateway</h1>' }, 5],
  ])('%j ends with %i', async (reply, expected) => {
    replies['GET /api/v1/gateways'] = reply;
    const { code, out } = await run(['gateway', 'list']);
    expect([code, out]).toEqual([expected, '']);
  });

  test('tell title, detail, fields and remedy on standard error, with --json the problem itself', async () => {
    const errors = [{ field: 'name', message: 'must have 1 to 200 characters' }];
    replies['GET /api/v1/gateways'] = problem(400, 'invalid-request', { errors, remedy: 'Give it a name.' });
    expect((await run(['gateway', 'list'])).err).toBe(
      `heliograph: Title of invalid-request (invalid-request)\n  Detail of invalid-request\n  name must have 1 to 200 characters\n  → Give it a name.\n  More: ${url()}/docs/errors#invalid-request\n`,
    );
    const { err, out } = await run(['gateway', 'list', '--json']);
    expect([out, JSON.parse(err)]).toEqual(['', expect.objectContaining({ code: 'invalid-request', errors })]);
  });

  test('nobody answers: 5, with what to do', async () => {
    const { code, err } = await run(['gateway', 'list'], { env: { HELIOGRAPH_URL: 'http://127.0.0.1:9' } });
    expect(code).toBe(5);
    expect(err).toContain('http://127.0.0.1:9 can’t be reached\n');
    expect(err).toContain('→ Start it (`heliograph up`)');
  });

  test.each([
    [['campain', 'list']],
    [['campaign', 'lst']],
    [['message', 'show']],
    [['callback', 'list', '--state', 'gone']],
    [['gateway', 'list', '--url', 'ftp://x']],
    [['campaign', 'create', '--name', 'x', '--to', '1', '--group', 'g']],
    [['campaign', 'create', '--name', 'x', '--window', 'always']],
    [['message', 'list', '--limit', 'many']],
    [['campaign', 'create', '--name', 'x', '--message', 'Hello {name}', '--to', '9800000001', '--var', '=Asha']],
    [['completion', 'tcsh']],
    [['open', 'door']],
  ])('a wrong command line ends with 2 and says what is wrong: %j', async (argv) => {
    const { code, err, out } = await run(argv);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/^heliograph: \S/);
  });
});

describe('campaign watch', () => {
  const counts = (delivered: number) => ({ accepted: 10, queued: 0, submitting: 0, submitted: 0, delivered, failed: 0, expired: 0, suppressed: 0, cancelled: 0, unknown: 0, open: 10 - delivered }); // prettier-ignore
  const campaign = (state: string, delivered: number) => ({
    id: 'cmp_1', name: 'Sale', state, reason: null, audience: { kind: 'recipients', recipients: 10, rejected: 0, duplicates: 0, problems: [] },
    counts: counts(delivered), sentPerSecond: 5, etaSeconds: 1, time: null,
  }); // prettier-ignore

  test('ends when the campaign has, with its line; a failed one is a failure', async () => {
    let asked = 0;
    replies['GET /api/v1/campaigns/cmp_1'] = () => ({ body: campaign(asked++ === 0 ? 'running' : 'finished', asked === 1 ? 4 : 10) }); // prettier-ignore
    const { code, out } = await run(['campaign', 'watch', 'cmp_1']);
    expect(code).toBe(0);
    expect(out.split('\n')[0]).toBe(
      `[${'█'.repeat(12)}${'░'.repeat(18)}]  40 %  4 of 10 settled · delivered 4 · failed 0 · 5.0/s · last leaves in 1 s · running`,
    );
    expect(out.trimEnd().split('\n').at(-1)).toBe(
      `[${'█'.repeat(30)}] 100 %  10 of 10 settled · delivered 10 · failed 0 · finished`,
    );
    replies['GET /api/v1/campaigns/cmp_1'] = { body: campaign('failed', 10) };
    expect((await run(['campaign', 'watch', 'cmp_1', '--json'])).code).toBe(1);
  });

  test('an API that restarts meanwhile is waited for; another error ends it', async () => {
    let asked = 0;
    const answers = [{ body: campaign('running', 4) }, { status: 503, body: {} }, { body: campaign('finished', 10) }];
    replies['GET /api/v1/campaigns/cmp_1'] = () => answers[asked++]!;
    expect((await run(['campaign', 'watch', 'cmp_1'])).code).toBe(0);
    expect(asked).toBe(3);
    asked = 0;
    answers[1] = { status: 404, body: {} };
    expect((await run(['campaign', 'watch', 'cmp_1'])).code).toBe(3);
    expect(asked).toBe(2);
  });

  test('Ctrl-C leaves it with 130, and the campaign goes on', async () => {
    const stopping = new AbortController();
    replies['GET /api/v1/campaigns/cmp_1'] = () => {
      setImmediate(() => stopping.abort());
      return { body: campaign('running', 4) };
    };
    const { code } = await run(['campaign', 'watch', 'cmp_1'], { signal: stopping.signal });
    expect(code).toBe(130);
    expect(seen.every(({ method }) => method === 'GET')).toBe(true);
  });
});

test('an erasure is waited for when asked', async () => {
  const erasure = (state: string) => ({ id: 'e1', kind: 'number', state, counts: { messages: 2 }, waiting: 1 });
  let asked = 0;
  replies['POST /api/v1/erasures'] = { status: 201, body: erasure('pending') };
  replies['GET /api/v1/erasures/e1'] = () => ({ body: erasure(asked++ === 0 ? 'running' : 'done') });
  const { code, out } = await run(['erase', '--to', '+919800000001', '--wait', '--yes']);
  expect([code, out]).toEqual([0, 'running, 1 messages are still to be blanked\ndone, 1 messages are still to be blanked\nmessages  2\n']); // prettier-ignore
  expect(asked).toBe(2);
});

describe('doctor', () => {
  beforeEach(() => (replies['GET /healthz'] = { body: { status: 'ok' } }));
  const finding = { id: 'callbacks' as const, state: 'warn' as const, sentence: 'Not proven.', remedy: 'Prove them.' };

  test('tells what the API found, and ends with 0 while nothing fails', async () => {
    replies['GET /api/v1/doctor'] = { body: { checks: [finding] } };
    const { code, out } = await run(['doctor']);
    expect(code).toBe(0);
    expect(out).toContain('warn  callbacks  Not proven.\n                 → Prove them.\n');
    expect(out).toContain('2 checks: 0 failed, 1 to look at.');
  });

  test('a key that may not ask is no fault of the deployment; a stranger at that address is', async () => {
    const without = await run(['doctor'], { env: { HELIOGRAPH_KEY: '' } });
    expect([without.code, without.out]).toEqual([0, expect.stringContaining(`warn  api  The API answers at ${url()}, and does not say how it is: There is no API key.`)]); // prettier-ignore
    replies['GET /healthz'] = { body: 'hello' };
    const stranger = await run(['doctor']);
    expect([stranger.code, stranger.out]).toEqual([1, expect.stringContaining('something else answers there')]);
  });

  test('looks by itself where the API is away, and ends with 1', async () => {
    const examine = jest.fn(() => Promise.resolve([{ id: 'database' as const, state: 'fail' as const, sentence: 'Away.', remedy: 'Start it.' }])); // prettier-ignore
    const local = { isHere: () => Promise.resolve(true), examine };
    const { code, out } = await run(['doctor', '--json'], { local, env: { HELIOGRAPH_URL: 'http://127.0.0.1:9' } });
    expect(code).toBe(1);
    expect((JSON.parse(out) as { checks: { id: string; state: string }[] }).checks).toMatchObject([
      { id: 'api', state: 'fail' },
      { id: 'database', state: 'fail' },
    ]);
    expect(examine).toHaveBeenCalledWith(true);
  });
});
