/** `GET /api/v1/campaigns/{id}/ledger`: where every message of a campaign went. */
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import type { Request, Router } from 'express';
import type { z } from 'zod';
import type { Scope } from '../../../core/accounts/api-key';
import { maskMsisdn } from '../../../core/messages/msisdn';
import { countByCode, readLedgerLines, type LedgerLine } from '../../../store/campaigns/ledger';
import { countCampaigns, NO_COUNTS } from '../../../store/campaigns/live';
import type { CampaignRow } from '../../../store/campaigns/campaigns';
import { fieldsOf, queryOf } from '../../http/body';
import type { ApiDeps } from '../../deps';
import { validate } from '../../http/validate';
import { existing } from './found';
import { LEDGER_COLUMNS, ledgerQuery, type ledgerAnswer } from './schema';

/** Messages that are read at once. */
const PAGE = 2_000;

export function ledgerRoutes(router: Router, deps: ApiDeps): void {
  const { pool } = deps.database;

  async function ledgerOf(row: CampaignRow): Promise<z.input<typeof ledgerAnswer>> {
    const [counts, byCode] = await Promise.all([countCampaigns(pool, [row.id]), countByCode(pool, row.id)]);
    const { queued: _, submitting: __, submitted: ___, ...ledger } = counts.get(row.id) ?? NO_COUNTS;
    const leftOut = { rejected: row.rejected, duplicates: row.duplicates };
    return { campaignId: row.id, state: row.state, ledger, leftOut, byCode };
  }

  /** Page after page, so that a campaign of any size takes the same memory. */
  async function* linesOf(campaignId: string, scopes: readonly Scope[]) {
    for (let after: { no: number; id: string } | null = null; ;) {
      const lines: (LedgerLine & { no: number })[] = await readLedgerLines(pool, campaignId, after, PAGE);
      for (const line of lines) yield toLine(line, scopes);
      if (lines.length < PAGE) return;
      const { no, id } = lines.at(-1)!;
      after = { no, id };
    }
  }

  router.get('/api/v1/campaigns/:id/ledger', async (request, response) => {
    const { accountId, scopes } = await deps.auth.authenticate(request, 'read');
    const asCsv = wantsCsv(request);
    const row = await existing(deps, accountId, request.params.id);
    if (!asCsv) {
      response.json(await ledgerOf(row));
      return;
    }
    response.type('text/csv').attachment(`campaign-${row.id}.csv`);
    const csv = stringify({ header: true, columns: [...LEDGER_COLUMNS] });
    try {
      await pipeline(linesOf(row.id, scopes), csv, response);
    } catch (err) {
      // The status has gone out, so a ledger that is cut off is all that can tell. Mostly the client has left.
      deps.log.info({ err, campaignId: row.id }, 'a ledger was not sent to its end');
    }
  });
}

function wantsCsv(request: Request): boolean {
  const { format } = validate(ledgerQuery, fieldsOf(queryOf(request)));
  return format === undefined ? request.accepts(['json', 'csv']) === 'csv' : format === 'csv';
}

/** What a spreadsheet takes for the beginning of a formula; some read the full-width forms too. */
const FORMULA = /^[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/;

/** Somebody else's text. A number's plus sign is ours, and stays as it is. */
const foreign = (text: string | null): string | null => (text !== null && FORMULA.test(text) ? `'${text}` : text);

function toLine(line: LedgerLine, scopes: readonly Scope[]): Record<(typeof LEDGER_COLUMNS)[number], unknown> {
  const whole = scopes.includes('manage') || scopes.includes('admin');
  return {
    to: whole ? line.msisdn : maskMsisdn(line.msisdn),
    meta: foreign(line.meta),
    state: line.state,
    code: line.code,
    reason: foreign(line.reason),
    sender: foreign(line.sender),
    gateway: line.gateway_id,
    attempts: line.attempts,
    segments: line.segments,
    providerMessageId: foreign(line.provider_id),
    submittedAt: line.submitted_at?.toISOString(),
    settledAt: line.settled_at?.toISOString(),
  };
}
