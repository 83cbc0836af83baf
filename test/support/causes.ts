/**
 * Causes of "why did this customer not get the SMS?", each made to happen by api, worker and simulator as ever. Who is asked
 * about them is up to the test: the API and the command line, or the console.
 */
import type { SharedStack } from './shared';
import { makeTenant, type Tenant } from './tenants';
import { until } from './until';

/** What an operator may be asked about. */
const CAUSES = [
  'refused by the provider', 'delivered by the fallback', 'opted out by STOP', 'suppressed by hand', 'no credit at the provider',
  'gateway inactive', 'record refused', 'callback URL refused', 'row rejected in an upload', 'left out of a campaign',
  'campaign paused', 'campaign cancelled', 'CleverTap was not told', 'waits for its time', 'no receipt yet', 'never came',
] as const; // prettier-ignore
export type Cause = (typeof CAUSES)[number];

const ROUTE = '/clevertap/v1/messages';
const IN_AN_HOUR = new Date(Date.now() + 3_600_000).toISOString();

export interface Expected {
  code: string;
  who: string;
  /** What the sentence has to say. */
  says: RegExp[];
  /** What mends it: path of a call, or of a page of the console. */
  mends?: string;
}

/** Asks why, as people do with what they have: a number, a meta or an id. @throws when the answer is another one */
export type Asker = (tenant: Tenant, asked: { kind: 'to' | 'meta' | 'id'; value: string }, wanted: Expected, stranger: Tenant) => Promise<void>; // prettier-ignore

/** Tests that each cause is answered right, and known to nobody of another account. */
export function testCauses(joined: () => SharedStack, ask: Asker): void {
  const answered = new Set<Cause>();
  let stack: SharedStack;
  /** Knows nothing of anybody else's people. */
  let stranger: Tenant;
  beforeAll(async () => {
    stack = joined();
    stranger = await makeTenant(stack, 'Stranger');
  });

  async function answer(cause: Cause, tenant: Tenant, asked: Record<string, string>, wanted: Expected): Promise<void> {
    const [[kind, value]] = Object.entries(asked) as [['to' | 'meta' | 'id', string]];
    await ask(tenant, { kind, value }, wanted, stranger);
    answered.add(cause);
  }

  test('it never came', async () => {
    await answer('never came', stranger, { to: '9800000500' }, {
      code: 'never-came', who: 'clevertap', says: [/nothing is known of this number/, /refused requests since/], mends: '/console/clevertap',
    }); // prettier-ignore
  });

  describe('in an account whose gateway works', () => {
    let tenant: Tenant;
    const send = async (to: string, record: object = {}) =>
      (await tenant.call('POST', ROUTE, { to, text: 'Hello', service: 'T', ...record })).json.ids?.[0] as string;
    beforeAll(async () => {
      tenant = await makeTenant(stack, 'Causes');
      const name = stack.vendor('causes');
      await tenant.script(name, {
        refuse: [
          { outcome: 'recipient', textIncludes: 'Refuse' },
          { outcome: 'sender', senders: ['WHYSMS'], textIncludes: 'Fallback' },
        ],
      });
      await tenant.gateway(name, 'infobip', { name: 'Infobip', defaultSender: 'WHYSMS', fallbackSender: 'WHYALT', baseUrl: `${stack.simulator.url}/infobip/${name}` }); // prettier-ignore
    });

    test('the provider refused the number', async () => {
      await send('9800000501', { text: 'Refuse this' });
      await answer('refused by the provider', tenant, { to: '9800000501' }, {
        code: 'refused-by-provider', who: 'recipient', says: [/^Infobip refused this number/, /REJECTED_DESTINATION/],
      }); // prettier-ignore
    });

    test('the first sender ID was refused, and the fallback delivered', async () => {
      await send('9800000502', { text: 'Fallback' });
      await answer('delivered by the fallback', tenant, { to: '9800000502' }, {
        code: 'delivered-by-fallback', who: 'you', says: [/under the sender ID WHYALT/, /refused WHYSMS: .*SENDER/], mends: '/console/senders',
      }); // prettier-ignore
    });

    test('the recipient said STOP to the message before', async () => {
      await tenant.reach([await send('9800000503', { mid: 'why-503' })], 'delivered');
      const stop = { account: stack.vendor('causes'), from: '+919800000503', text: 'STOP' };
      expect((await stack.control('POST', '/control/inbound', stop)).json).toMatchObject({ status: 200 });
      await until('it is kept', async () => {
        const { json } = await tenant.call('GET', '/api/v1/suppressions?to=9800000503');
        return json.items.length === 1;
      });
      await send('9800000503', { mid: 'why-503b' });
      await answer('opted out by STOP', tenant, { meta: 'why-503b' }, {
        code: 'opted-out', who: 'recipient', says: [/opted out by a text \(STOP\)/],
      }); // prettier-ignore
    });

    test('somebody suppressed the number by hand: under which key, and why', async () => {
      const { json: key } = await tenant.call('POST', '/api/v1/api-keys', { name: 'Support desk', scopes: ['manage'] });
      const draft = { to: '9800000504', reason: 'asked by mail' };
      await tenant.call('POST', '/api/v1/suppressions', draft, { authorization: `Bearer ${key.key}` });
      await send('9800000504');
      await answer('suppressed by hand', tenant, { to: '9800000504' }, {
        code: 'suppressed-by-hand', who: 'you', says: [/under the key Support desk: asked by mail/],
      }); // prettier-ignore
    });

    test('a record, and a whole request, were refused on the way in', async () => {
      const { json: key } = await tenant.call('POST', '/api/v1/api-keys', { name: 'Journeys', scopes: ['send'] });
      const journeys = { authorization: `Bearer ${key.key}` };
      await tenant.call('POST', ROUTE, { to: '9800000505', text: '$$Body' }, journeys);
      await answer('record refused', tenant, { to: '9800000505' }, {
        code: 'record-refused', who: 'clevertap', says: [/\(key Journeys\)/, /\$\$Body/],
      }); // prettier-ignore
      const record = { to: '9800000506', text: 'Hello', callback_url: 'https://evil.example.net/x' };
      expect((await tenant.call('POST', ROUTE, record, journeys)).status).toBe(400);
      await answer('callback URL refused', tenant, { to: '9800000506' }, {
        code: 'callback-url-refused', who: 'you', says: [/\(key Journeys\)/, /evil\.example\.net/],
      }); // prettier-ignore
    });

    test('a row of an upload became no recipient, and a campaign left somebody out', async () => {
      const file = 'to,meta,name\n9800000507,why-507,Asha\n98,why-508,Bina\n';
      const { json: upload } = await tenant.call('POST', '/api/v1/uploads', file, { 'content-type': 'text/csv' });
      await answer('row rejected in an upload', tenant, { meta: 'why-508' }, {
        code: 'upload-row-rejected', who: 'you', says: [/^Row 3 of the upload/], mends: `/console/uploads/${upload.id}`,
      }); // prettier-ignore
      const recipients = [
        { to: '9800000509', variables: { name: 'Asha' } },
        { to: '9800000510', variables: {} },
      ];
      const { json: campaign } = await tenant.call('POST', '/api/v1/campaigns', {
        name: 'Diwali', message: 'Dear {name}', service: 'T', draft: true, audience: { recipients },
      }); // prettier-ignore
      await answer('left out of a campaign', tenant, { to: '9800000510' }, {
        code: 'left-out', who: 'you', says: [/^The campaign Diwali left this recipient out: .*name/], mends: `/console/campaigns/${campaign.id}`,
      }); // prettier-ignore
    });

    test('it waits for its time, or its campaign was paused, or cancelled', async () => {
      const id = await send('9800000511', { time: IN_AN_HOUR });
      await answer('waits for its time', tenant, { id }, {
        code: 'waits-for-time', who: 'nobody', says: [/waits for its time/], mends: `/api/v1/messages/${id}/cancel`,
      }); // prettier-ignore
      const { json: campaign } = await tenant.call('POST', '/api/v1/campaigns', {
        name: 'Later', message: 'Hello', service: 'T', time: IN_AN_HOUR, audience: { recipients: [{ to: '9800000512' }] },
      }); // prettier-ignore
      const path = `/api/v1/campaigns/${campaign.id}`;
      await until('it is ready', async () => (await tenant.call('GET', path)).json.state === 'scheduled');
      await tenant.call('POST', `${path}/pause`);
      await answer('campaign paused', tenant, { to: '9800000512' }, {
        code: 'campaign-paused', who: 'you', says: [/The campaign Later is paused/], mends: `${path}/resume`,
      }); // prettier-ignore
      await tenant.call('POST', `${path}/cancel`);
      await answer('campaign cancelled', tenant, { to: '9800000512' }, {
        code: 'campaign-cancelled', who: 'you', says: [/The campaign Later was cancelled|the campaign Later was cancelled/],
      }); // prettier-ignore
    });
  });

  test('the gateway: without credit, switched off, and one whose provider does not report', async () => {
    const tenant = await makeTenant(stack, 'Troubled');
    const name = stack.vendor('troubled');
    const send = (to: string) => tenant.call('POST', ROUTE, { to, text: 'Hello', service: 'T' });
    const id = await tenant.gateway(name, 'infobip');
    const activate = () => tenant.call('PATCH', `/api/v1/gateways/${id}`, { status: 'active' });
    // A spare that is off is not what stopped it.
    const spare = await tenant.gateway(stack.vendor('spare'), 'pingbix', { priority: 200 });
    await tenant.call('PATCH', `/api/v1/gateways/${spare}`, { status: 'inactive' });
    await tenant.script(name, { refuse: [{ outcome: 'account' }] });
    await send('9800000521');
    await answer('no credit at the provider', tenant, { to: '9800000521' }, {
      code: 'gateway-paused', who: 'you', says: [/^It waits\./, new RegExp(name), /CREDIT/], mends: `/api/v1/gateways/${id}`,
    }); // prettier-ignore

    await tenant.script(name, { receipts: { missing: 1 } });
    await activate();
    await answer('no receipt yet', tenant, { to: '9800000521' }, {
      code: 'no-receipt-yet', who: 'provider', says: [new RegExp(`^${name} has taken it`), /awaited until/],
    }); // prettier-ignore

    await tenant.call('PATCH', `/api/v1/gateways/${id}`, { status: 'inactive' });
    await send('9800000522');
    await answer('gateway inactive', tenant, { to: '9800000522' }, {
      code: 'gateway-inactive', who: 'you', says: [/switched off \(inactive\)/], mends: `/api/v1/gateways/${id}`,
    }); // prettier-ignore
  });

  test('it was delivered, and CleverTap was not told', async () => {
    const tenant = await makeTenant(stack, 'Untold');
    const { status, json: webhook } = await tenant.call('POST', '/api/v1/webhooks', {
      kind: 'clevertap', url: `${stack.simulator.url}/nothing-is-here`, isDefault: true,
    }); // prettier-ignore
    expect(status).toBe(201);
    await tenant.gateway(stack.vendor('untold'), 'infobip');
    await tenant.call('POST', ROUTE, { to: '9800000531', text: 'Hello', service: 'T', mid: 'why-531' });
    await answer('CleverTap was not told', tenant, { meta: 'why-531' }, {
      code: 'not-told', who: 'clevertap', says: [/^The phone has got the message\. CleverTap/, /404/], mends: `/api/v1/webhooks/${webhook.id}`,
    }); // prettier-ignore
  });

  test('each cause was asked about', () => {
    expect([...answered].sort()).toEqual([...CAUSES].sort());
  });
}
