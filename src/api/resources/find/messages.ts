/** Messages, by all that they can be known by. */
import { hasScope } from '../../../core/accounts/api-key';
import { uuidv7Ms } from '../../../core/messages/ids';
import { maskMsisdn } from '../../../core/messages/msisdn';
import type { MessageState } from '../../../core/messages/status';
import { listGateways } from '../../../store/gateways/gateways';
import { searchMessages, type MessageFilter } from '../../../store/messages/search';
import type { MessageRow } from '../../../store/messages/shown';
import { findMessage } from '../../../store/messages/trace';
import { toSaid } from '../../http/content';
import { soughtProviderId } from '../../http/vendors-id';
import type { ApiDeps } from '../../deps';
import type { Finder, Finding } from './finder';
import type { Found } from './schema';
import type { Sought } from './sought';

/** Messages of each kind of match. */
const MOST = 10;

export const messageById: Finder = {
  what: 'messages by id',
  async find(deps, sought) {
    if (sought.uuid === null) return null;
    const row = await findMessage(deps.database.db, sought.accountId, sought.uuid);
    return { items: row === null ? [] : await shown(deps, sought, [row]) };
  },
};

export const messagesByProviderId: Finder = {
  what: 'messages by the provider’s id',
  find: (deps, sought) => search(deps, sought, { provider: soughtProviderId(sought.text) }),
};

export const messagesByNumber: Finder = {
  what: 'messages to the number',
  find: (deps, sought) => (sought.msisdn === null ? null : search(deps, sought, { msisdn: sought.msisdn })),
};

export const messagesByMeta: Finder = {
  what: 'messages by meta',
  find: (deps, sought) => search(deps, sought, { meta: sought.text }),
};

export const messagesByPart: Finder = {
  what: 'messages to numbers with these digits',
  find(deps, sought) {
    if (sought.part === null) return null;
    // Part by part a number could be spelled out that the key is shown masked.
    if (!hasScope(sought.scopes, 'manage')) return { items: [], skipped: 'it needs a key with the scope manage' };
    return search(deps, sought, { msisdnPart: sought.part });
  },
};

async function search(deps: ApiDeps, sought: Sought, by: Partial<MessageFilter>): Promise<Finding> {
  const filter = { accountId: sought.accountId, limit: MOST, ...by };
  const { rows, next, isCutOff } = await searchMessages(deps.database.db, filter);
  const items = await shown(deps, sought, rows);
  return isCutOff ? { items, since: new Date(uuidv7Ms(next!)) } : { items };
}

async function shown(deps: ApiDeps, { accountId, scopes }: Sought, rows: readonly MessageRow[]): Promise<Found[]> {
  if (rows.length === 0) return [];
  const names = new Map((await listGateways(deps.database.db, accountId)).map(({ id, name }) => [id, name]));
  return rows.map((row) => ({
    kind: 'message',
    id: row.id,
    title: hasScope(scopes, 'manage') ? row.msisdn : maskMsisdn(row.msisdn),
    sentence: sentenceOf(row, names.get(row.gateway_id ?? '') ?? row.gateway_id, toSaid(row.reason, row, scopes)),
    at: row.accepted_at.toISOString(),
    state: row.state,
    link: `/console/messages/${row.id}`,
  }));
}

const BEGINNINGS: Record<MessageState, string> = {
  accepted: 'Waits to be sent',
  queued: 'Waits',
  submitting: 'Is on its way to the provider',
  submitted: 'The provider has it; its report has not come',
  refused: 'Was refused and looks for another way',
  delivered: 'Delivered',
  failed: 'Failed',
  expired: 'Expired',
  suppressed: 'Suppressed',
  cancelled: 'Cancelled',
  unknown: 'Nobody knows whether it was sent',
};

function sentenceOf(row: MessageRow, gateway: string | null, reason: string | undefined): string {
  const { state, attempt, code } = row;
  const sender = attempt === null ? row.sender : attempt.sender;
  const over = gateway === null || attempt === null ? '' : ` over ${gateway}`;
  const under = sender === null || attempt === null ? '' : ` under ${sender}`;
  const why = state === 'delivered' || reason === undefined ? '' : `: ${reason}`;
  return `${BEGINNINGS[state]}${over}${under}${why}${code === null ? '' : ` (${code})`}`;
}
