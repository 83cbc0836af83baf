/**
 * How to make one of each thing that has a path of its own, for the tests that walk all routes. A thing whose POST has an
 * example is made by that; one that needs more has a line in {@link THINGS}.
 */
import type { Pool } from 'pg';
import { operations } from '../../src/api/operations';
import type { Route } from './walk';
import type { Answer } from './stack';
import { until } from './until';

/** An account, and calls in it with an admin's key. */
export interface Owner {
  accountId: string;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** For what only a worker makes. */
  pool: Pool;
}

export interface Thing {
  /** Makes a new one; returns the parameters of its path. The account has a gateway. */
  make(owner: Owner): Promise<Record<string, string>>;
  /** Parameters of one that does not exist; absent = `unknown` for each. */
  unknown?: Record<string, string>;
}

let serial = 0;
const unique = (): string => String(++serial).padStart(4, '0');
const number = (): string => `+91980001${unique()}`;

export const gatewayDraft = (): object => ({
  provider: 'infobip', name: `gateway ${unique()}`, credentials: { apiKey: 'key' }, sendingPattern: 'batch',
}); // prettier-ignore

/** Makes a thing by one POST whose answer has its id. */
const posted = (path: string, body: () => object): Thing => ({
  async make({ call }) {
    const { status, json } = await call('POST', path, body());
    if (status >= 300) throw new Error(`POST ${path} answered ${status}: ${JSON.stringify(json)}`);
    return { id: json.id as string };
  },
});

const gateway = posted('/api/v1/gateways', gatewayDraft);

/** Six letters, as India's operators want them. */
const letters = (): string => `BR${unique().replaceAll(/\d/g, (digit) => 'ABCDEFGHIJ'[Number(digit)]!)}`;

const webhook = posted('/api/v1/webhooks', () => ({ kind: 'standard', url: `https://hooks.example.com/${unique()}` }));

const aMessage: Thing = {
  async make({ call }) {
    const { json } = await call('POST', '/clevertap/v1/messages', { to: number(), text: 'Hello', mid: unique() });
    return { id: json.ids[0] as string };
  },
};

/** Members have two parameters: their group's and their own. */
const group = posted('/api/v1/groups', () => ({ name: `group ${unique()}` }));

/** Things that are made by more than an example, by the longest beginning of a route's path that ends in a parameter. */
export const THINGS: Record<string, Thing> = {
  '/api/v1/accounts/:id': { make: ({ accountId }) => Promise.resolve({ id: accountId }) },
  '/api/v1/api-keys/:id': posted('/api/v1/api-keys', () => ({ name: 'walk', scopes: ['send'] })),
  '/api/v1/gateways/:id': gateway,
  '/api/v1/groups/:id': group,
  '/api/v1/groups/:id/members/:memberId': {
    async make(owner) {
      const { id } = await group.make(owner);
      const { json } = await owner.call('POST', `/api/v1/groups/${id}/members`, { to: number() });
      return { id: id!, memberId: json.id as string };
    },
  },
  '/api/v1/campaigns/:id': posted('/api/v1/campaigns', () => ({
    name: `campaign ${unique()}`, message: 'Hello', audience: { recipients: [{ to: number() }] }, draft: true,
  })), // prettier-ignore
  '/api/v1/callbacks/:id': {
    async make(owner) {
      const [message, hook] = [await aMessage.make(owner), await webhook.make(owner)];
      const { rows } = await owner.pool.query<{ id: string }>(
        `insert into callbacks (account_id, webhook_id, message_id, event, occurred_at)
         values ($1, $2, $3, 'delivered', now()) returning id`,
        [owner.accountId, hook.id, message.id],
      );
      return { id: rows[0]!.id };
    },
  },
  '/api/v1/messages/:id': aMessage,
  '/api/v1/requests/:id': {
    async make({ call }) {
      const meta = `refused ${unique()}`;
      await call('POST', '/clevertap/v1/messages', { to: 'nobody', text: 'Hello', mid: meta });
      // It is written a moment later.
      const id = await until('it is kept', async () => {
        const { json } = await call('GET', `/api/v1/requests?meta=${encodeURIComponent(meta)}`);
        return json.items[0]?.id as string | undefined;
      });
      return { id };
    },
  },
  '/api/v1/routes/:id': {
    async make(owner) {
      const { id } = await gateway.make(owner);
      return posted('/api/v1/routes', () => ({ name: `route ${unique()}`, legs: [{ gatewayId: id }] })).make(owner);
    },
  },
  '/api/v1/senders/:id': posted('/api/v1/senders', () => ({ sender: letters(), class: 'transactional' })),
  '/api/v1/suppressions/:id': posted('/api/v1/suppressions', () => ({ to: number() })),
  '/api/v1/suppressions/imports/:id': {
    async make({ call }) {
      const { json } = await call('POST', '/api/v1/suppressions', `to\n${number()}\n`, { 'content-type': 'text/csv' });
      return { id: json.id as string };
    },
  },
  '/api/v1/templates/:id': posted('/api/v1/templates', () => ({ name: `template ${unique()}`, text: 'Hello {name}' })),
  '/api/v1/test-phones/:id': posted('/api/v1/test-phones', () => ({ to: number() })),
  '/api/v1/uploads/:id': {
    async make({ call }) {
      const { json } = await call('POST', '/api/v1/uploads', `to\n${number()}\n`, { 'content-type': 'text/csv' });
      return { id: json.id as string };
    },
  },
  '/api/v1/webhooks/:id': webhook,
};

/** Bodies of routes that look at the body before they look for the thing; `{}` for all others. */
export const BODIES: Record<string, object> = {
  'PATCH /api/v1/campaigns/:id': { ratePerSecond: 10 },
  'POST /api/v1/campaigns/:id/reschedule': { time: new Date(Date.now() + 86_400_000).toISOString() },
  'POST /api/v1/gateways/:id/test': { to: '+919800000001' },
  'POST /api/v1/messages/:id/move': { gatewayId: 'gw_unknown' },
  'POST /api/v1/groups/:id/members': { to: '+919800000001' },
  'POST /api/v1/test-phones/:id/verify': { code: '000000' },
};

const named = (of: (operation: (typeof operations)[number]) => boolean): ReadonlySet<string> =>
  new Set(operations.filter(of).map(({ method, path }) => `${method.toUpperCase()} ${path}`));

/** Routes that read no JSON, though their method could carry it. */
export const BODILESS = named(({ body }) => body === undefined || body.types?.includes('application/json') === false);

/** Routes whose body may be larger than 4 MB: they take it in piece by piece. */
export const LARGE = named(({ body }) => body?.types?.includes('text/csv') === true);

/** Routes that a walk can't call: their answer doesn't end, or is no JSON. They need tests of their own. */
export const ENDLESS = named(({ answers }) => answers[200]?.type !== undefined);

/** The thing that a route with parameters is about. @throws Error when nobody says how to make one. */
export function thingOf(route: Route): Thing {
  const known = beginningOf(route, Object.keys(THINGS));
  if (known !== undefined) return THINGS[known]!;
  const collection = beginningOf(route, Object.keys(EXAMPLES));
  if (collection !== undefined) return EXAMPLES[collection]!;
  throw new Error(`${route.name} has no maker: give the POST of its collection an example, or add it to THINGS`);
}

/** The longest of the paths that the route's path begins with. */
const beginningOf = (route: Route, paths: readonly string[]): string | undefined =>
  paths
    .filter((beginning) => route.path === beginning || route.path.startsWith(`${beginning}/`))
    .sort((a, b) => a.length - b.length)
    .at(-1);

/** Things that are made by the first example of their POST, under a name of their own. */
const EXAMPLES: Record<string, Thing> = Object.fromEntries(
  operations.flatMap(({ method, path, body }) => {
    const [example] = Object.values(body?.examples ?? {}) as { name?: string }[];
    if (method !== 'post' || example === undefined) return [];
    const name = () => (example.name === undefined ? {} : { name: `${example.name} ${unique()}` });
    return [[`${path}/:id`, posted(path, () => ({ ...example, ...name() }))]];
  }),
);

export const unknownOf = (route: Route): Record<string, string> =>
  thingOf(route).unknown ?? Object.fromEntries(route.params.map((name) => [name, 'unknown']));

/** A body that gets as far as looking for the thing; undefined where the method has none. */
export const bodyOf = (route: Route): object | undefined =>
  ['GET', 'DELETE'].includes(route.method) ? undefined : (BODIES[route.name] ?? {});
