/** API keys, and the master keys of this machine's deployment. */
import { confirm, given, wholeNumber, YES } from '../ask';
import { text, texts, type Command, type Context, type Options, type Outcome } from '../command';
import { EXIT, usage } from '../exit';

const KEYS = '/api/v1/api-keys';
const SCOPES = ['send', 'read', 'content', 'manage', 'admin'] as const;

interface Key {
  id: string;
  key?: string;
  name: string;
  last4?: string;
  scopes: string[];
  expiresAt?: string | null;
  revokedAt?: string | null;
  lastUsedAt?: string | null;
  replaces?: { id: string; expiresAt: string };
}

async function create({ api, stderr, isJson }: Context, _: readonly string[], options: Options): Promise<Outcome> {
  const scopes = texts(options, 'scope');
  if (scopes.length === 0) throw usage('A key needs a scope', `Give one or several: ${SCOPES.map((scope) => `--scope ${scope}`).join(', ')}.`); // prettier-ignore
  const body = given({
    name: text(options, 'name'),
    scopes,
    expiresAt: text(options, 'expires'),
    ratePerSecond: wholeNumber(text(options, 'rate'), '--rate'),
  });
  const made = (await api.call('POST', KEYS, { body })) as Key;
  if (!isJson) stderr.write(`${made.name} (${made.id}) may ${made.scopes.join(', ')}. The key is shown this once:\n`);
  return { json: made, lines: [made.key!] };
}

async function list({ api, paper }: Context): Promise<Outcome> {
  const answer = (await api.call('GET', KEYS)) as { items: Key[] };
  const rows = answer.items.map(({ id, name, last4, scopes, expiresAt, revokedAt, lastUsedAt }) => [
    name, scopes.join(' '), `…${last4}`, stateOf(revokedAt, expiresAt), lastUsedAt == null ? 'never' : paper.time(lastUsedAt),
    expiresAt == null ? 'never' : paper.time(expiresAt), id,
  ]); // prettier-ignore
  const heads = ['Name', 'Scopes', 'Ends in', 'State', 'Last used', 'Expires', 'Id'];
  return { json: answer, lines: paper.table(heads, rows, 'There is no key but the deployment’s own admin key.') };
}

const stateOf = (revokedAt?: string | null, expiresAt?: string | null): string =>
  revokedAt != null ? 'revoked' : expiresAt != null && Date.parse(expiresAt) < Date.now() ? 'expired' : 'active';

async function rotate(
  { api, paper, stderr, isJson }: Context,
  [id]: readonly string[],
  options: Options,
): Promise<Outcome> {
  const body = given({
    graceSeconds: wholeNumber(text(options, 'grace'), '--grace'),
    expiresAt: text(options, 'expires'),
  });
  const made = (await api.call('POST', `${KEYS}/${encodeURIComponent(id!)}/rotate`, { body })) as Key;
  if (!isJson) stderr.write(`The old key ends at ${paper.time(made.replaces!.expiresAt)}. The new one (${made.id}) is shown this once:\n`); // prettier-ignore
  return { json: made, lines: [made.key!] };
}

async function revoke(context: Context, [id]: readonly string[], options: Options): Promise<Outcome> {
  await confirm(context, options, `Revoke the key ${id}? Whoever uses it is locked out at once.`);
  await context.api.call('DELETE', `${KEYS}/${encodeURIComponent(id!)}`);
  return { json: { id: id!, removed: true }, lines: ['It is revoked.'] };
}

async function reseal({ local, stdout, isJson, stderr }: Context): Promise<Outcome> {
  const result = await local.reseal(({ column, resealed }) => {
    if (!isJson) stdout.write(`${column}: ${resealed} sealed anew\n`);
  });
  const { keyId, otherKeyIds, left, refused } = result;
  for (const reason of refused) stderr.write(`${reason}\n`);
  const rest =
    otherKeyIds.length === 0 ? '' : ` Once no process has another first key, ${otherKeyIds.join(', ')} may go.`;
  const line =
    left === 0
      ? `Everything is sealed with the key ${keyId}.${rest}`
      : `${left} ${left === 1 ? 'value is' : 'values are'} not sealed with the key ${keyId}: leave the other keys in the ring.`;
  return { json: result, lines: [line], exitCode: left === 0 ? EXIT.ok : EXIT.failed };
}

const ID = { spec: '<id>', description: 'id of the key' };

export const keys: readonly Command[] = [
  {
    name: 'key create',
    summary: 'Makes an API key; it is shown once, alone on standard output.',
    options: [
      { flags: '--name <name>', description: 'what it is for', required: true },
      { flags: '--scope <scope>', description: `one of ${SCOPES.join(', ')}; several times`, repeats: true },
      { flags: '--expires <time>', description: 'when it ends (ISO 8601)' },
      { flags: '--rate <count>', description: 'at most so many requests a second' },
    ],
    example: 'heliograph key create --name clevertap --scope send',
    prints: 'POST /api/v1/api-keys',
    run: create,
  },
  {
    name: 'key list',
    summary: 'Lists the account’s API keys.',
    example: 'heliograph key list',
    prints: 'GET /api/v1/api-keys',
    run: list,
  },
  {
    name: 'key rotate',
    summary: 'Makes a key like this one, which ends after a grace.',
    args: [ID],
    options: [
      { flags: '--grace <seconds>', description: 'how long the old one is still good; a day unless given' },
      { flags: '--expires <time>', description: 'when the new one ends (ISO 8601)' },
    ],
    example: 'heliograph key rotate 0123456789abcdef',
    prints: 'POST /api/v1/api-keys/{id}/rotate',
    run: rotate,
  },
  {
    name: 'key revoke',
    summary: 'Revokes a key at once.',
    args: [ID],
    options: [YES],
    example: 'heliograph key revoke 0123456789abcdef --yes',
    prints: '#Removed',
    run: revoke,
  },
  {
    name: 'keys reseal',
    summary: 'Seals everything anew with the first master key of this machine’s environment.',
    example: 'heliograph keys reseal',
    prints: '#Resealed',
    run: reseal,
  },
];
