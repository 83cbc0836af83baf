/** Looks at what accounts have set up: gateways, webhooks, and whether requests are let out to them. */
import dns from 'node:dns/promises';
import { isIP } from 'node:net';
import {
  judgeCallbacks,
  judgeGateways,
  judgeOutbound,
  judgeWebhooks,
  type GatewayFacts,
  type OutboundFacts,
} from '../../core/deployment/accounts';
import { fail, type CheckId, type Finding } from '../../core/deployment/finding';
import { isPublicAddress } from '../../outbound/addresses';
import { NO_VENDOR } from '../../providers/provider';
import { providerNamed } from '../../providers/registry';
import { listGatewayLooks, type GatewayLook } from '../../store/gateways/looks';
import { listWebhookLooks, type WebhookLook } from '../../store/webhooks/looks';
import type { Patient } from './index';

/** Names that are looked up; an account has a few. */
const MOST_HOSTS = 50;
const LOOKUP_MS = 3_000;

const IDS: readonly CheckId[] = ['outbound', 'callbacks', 'gateways', 'webhooks'];

/** @param accountId null = all accounts. Where the database is away, that is what each check says. */
export async function accountChecks(
  { database, sealer, config }: Pick<Patient, 'database' | 'sealer' | 'config'>,
  accountId: string | null,
): Promise<Finding[]> {
  try {
    const [gateways, webhooks] = await Promise.all([
      listGatewayLooks(database.pool, accountId),
      listWebhookLooks(database.pool, sealer, accountId),
    ]);
    const facts = gateways.map(toFacts);
    return [
      judgeOutbound(await judgePlaces(placesOf(gateways, webhooks), config.outboundAllow)),
      judgeCallbacks(facts),
      judgeGateways(facts),
      judgeWebhooks(webhooks),
    ];
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return IDS.map((id) =>
      fail(id, `This could not be looked at: ${message}.`, 'Mend what the other checks name first, then ask again.'),
    );
  }
}

function toFacts({ heldUntil, asksForProof, ...look }: GatewayLook): GatewayFacts {
  const signs = providerNamed(look.provider)?.callbackScheme === 'signature';
  return { ...look, heldUntilMs: heldUntil?.getTime() ?? null, isAuthenticated: signs || asksForProof };
}

/** Each host once, with what first leads there. */
function placesOf(gateways: readonly GatewayLook[], webhooks: readonly WebhookLook[]): { what: string; url: URL }[] {
  const places = new Map<string, { what: string; url: URL }>();
  const note = (what: string, url: string | null | undefined): void => {
    if (url == null || !URL.canParse(url) || url === NO_VENDOR) return;
    const parsed = new URL(url);
    if (!places.has(parsed.host)) places.set(parsed.host, { what, url: parsed });
  };
  for (const { name, provider, baseUrl, isActive } of gateways) {
    if (isActive) note(`gateway ${name}`, baseUrl ?? providerNamed(provider)?.defaultBaseUrl);
  }
  for (const { id, url, state } of webhooks) if (state !== 'disabled') note(`webhook ${id}`, url);
  return [...places.values()].slice(0, MOST_HOSTS);
}

/** As the way out judges them: an allowed host may be anything, every other one has to be public. */
async function judgePlaces(
  places: readonly { what: string; url: URL }[],
  allow: readonly string[],
): Promise<OutboundFacts[]> {
  const allowed = new Set(allow.map((host) => host.toLowerCase()));
  return Promise.all(
    places.map(async ({ what, url }) => {
      const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
      const name = url.hostname.replace(/^\[|\]$/g, '');
      const isAllowed = [url.hostname, `${url.hostname}:${port}`, name].some((known) => allowed.has(known));
      return { what, host: url.host, verdict: isAllowed ? ('ok' as const) : await verdictOf(name) };
    }),
  );
}

/** @param name a host, or an address without brackets. */
async function verdictOf(name: string): Promise<OutboundFacts['verdict']> {
  const addresses = isIP(name) === 0 ? await addressesOf(name) : [name];
  if (addresses.length === 0) return 'unknown';
  return addresses.some(isPublicAddress) ? 'ok' : 'private';
}

/** Empty when nobody knows the name, or tells in time. */
async function addressesOf(name: string): Promise<string[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string[]>((resolve) => (timer = setTimeout(() => resolve([]), LOOKUP_MS)));
  const asked = dns.lookup(name, { all: true }).then(
    (found) => found.map(({ address }) => address),
    () => [],
  );
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}
