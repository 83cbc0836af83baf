/** `GET /api/v1/campaigns/{id}/ledger`: where every message of a campaign went. */
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import type { Pool } from 'pg';
import type { z } from 'zod';
import type { Scope } from '../../../core/accounts/api-key';
import { maskMsisdn } from '../../../core/messages/msisdn';
import { countByCode, listLedgerLines, type LedgerLine } from '../../../store/campaigns/ledger';
import { NO_COUNTS } from '../../../store/campaigns/live';
import type { Database } from '../../../store/database';
import type { CampaignRow } from '../../../store/campaigns/campaigns';
import { endpoint, type Call, type Endpoint } from '../../endpoint';
import { toSaid } from '../../http/content';
import { safeCell } from '../../http/csv';
import { vendorsId } from '../../http/vendors-id';
import { campaignOf } from './campaign';
import { countsOf } from './counts';
import { LEDGER_COLUMNS, ledgerAnswer, ledgerQuery } from './schema';

/** Messages that are read at once. */
const PAGE = 2_000;

export const ledger: Endpoint[] = [
  endpoint(
    {
      id: 'getCampaignLedger',
      method: 'get',
      path: '/api/v1/campaigns/:id/ledger',
      tag: 'Campaigns',
      summary: 'Where every message of a campaign went.',
      description:
        'With `format=csv`, or `Accept: text/csv`, one line per message in the order of the audience. Numbers are masked ' +
        'unless the key has the scope manage.',
      scope: 'read',
      query: ledgerQuery,
      answers: { 200: { description: 'The ledger.', schema: ledgerAnswer } },
      errors: ['invalid-request', 'not-found'],
    },
    async (call) => {
      const { format = call.request.accepts(['json', 'csv']) === 'csv' ? 'csv' : 'json' } = call.query;
      const row = await campaignOf(call);
      if (format === 'json') return ledgerOf(call.deps.database, row);
      await sendCsv(call, row.id);
    },
  ),
];

async function ledgerOf(database: Database, row: CampaignRow): Promise<z.input<typeof ledgerAnswer>> {
  const [counts, byCode] = await Promise.all([countsOf(database, [row]), countByCode(database.pool, row.id)]);
  const { queued: _, submitting: __, submitted: ___, ...totals } = counts.get(row.id) ?? NO_COUNTS;
  const leftOut = { rejected: row.rejected, duplicates: row.duplicates };
  return { campaignId: row.id, state: row.state, ledger: totals, leftOut, byCode };
}

async function sendCsv(
  { deps, actor, response }: Pick<Call, 'deps' | 'actor' | 'response'>,
  id: string,
): Promise<void> {
  response.type('text/csv').attachment(`campaign-${id}.csv`);
  const csv = stringify({ header: true, columns: [...LEDGER_COLUMNS] });
  try {
    await pipeline(linesOf(deps.database.pool, id, actor.scopes), csv, response);
  } catch (err) {
    // The status has gone out, so a ledger that is cut off is all that can tell. Mostly the client has left.
    deps.log.info({ err, campaignId: id }, 'a ledger was not sent to its end');
  }
}

/** Page after page, so that a campaign of any size takes the same memory. */
async function* linesOf(pool: Pool, campaignId: string, scopes: readonly Scope[]) {
  for (let after: { no: number; id: string } | null = null; ;) {
    const lines: (LedgerLine & { no: number })[] = await listLedgerLines(pool, campaignId, after, PAGE);
    for (const line of lines) yield toLine(line, scopes);
    if (lines.length < PAGE) return;
    const { no, id } = lines.at(-1)!;
    after = { no, id };
  }
}

function toLine(line: LedgerLine, scopes: readonly Scope[]): Record<(typeof LEDGER_COLUMNS)[number], unknown> {
  const whole = scopes.includes('manage') || scopes.includes('admin');
  return {
    // A spreadsheet would round a number, or take it for a formula; what is masked is neither.
    to: whole ? safeCell(line.msisdn) : maskMsisdn(line.msisdn),
    meta: safeCell(line.meta),
    state: line.state,
    code: line.code,
    reason: safeCell(toSaid(line.reason, line, scopes) ?? null),
    sender: safeCell(line.sender),
    gateway: line.gateway_id,
    attempts: line.attempts,
    segments: line.segments,
    providerMessageId: safeCell(
      vendorsId(line.provider, { messageId: line.id, no: line.attempt_no, providerId: line.provider_id }),
    ),
    submittedAt: line.submitted_at?.toISOString(),
    settledAt: line.settled_at?.toISOString(),
  };
}
