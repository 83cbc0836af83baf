/** `GET /api/v1/stats`: the account's figures, its ledger, and what its webhooks were told. */
import type { Router } from 'express';
import { readCallbackCounts } from '../../../store/webhooks/callbacks';
import { readLedger } from '../../../store/messages/slices';
import { readStats, refreshStats, type Figures } from '../../../store/accounts/stats';
import { fieldsOf, queryOf } from '../../http/body';
import type { ApiDeps } from '../../deps';
import { validate } from '../../http/validate';
import { statsQuery, withRates } from './schema';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const NOTHING: Figures = { sent: 0, delivered: 0, clicked: 0, errors: 0 };

export function statsRoutes(router: Router, deps: ApiDeps): void {
  const { pool } = deps.database;

  router.get('/api/v1/stats', async (request, response) => {
    const { accountId } = await deps.auth.authenticate(request, 'read');
    const query = validate(statsQuery, fieldsOf(queryOf(request)));
    const until = query.until ?? new Date();
    const from = wholeHour(query.from ?? new Date(until.getTime() - DAY_MS));
    // Whoever asks brings some slices up to date; in a large campaign the sweep does the rest.
    await refreshStats(pool, accountId);
    const [groups, ledger, callbacks] = await Promise.all([
      readStats(pool, { accountId, from, until, by: query.by ?? null }),
      readLedger(pool, accountId),
      readCallbackCounts(pool, accountId),
    ]);
    response.json({
      from: from.toISOString(),
      until: until.toISOString(),
      ...withRates(groups.reduce(add, NOTHING)),
      ...(query.by === undefined
        ? {}
        : { by: query.by, groups: groups.map(({ key, ...figures }) => ({ key, ...withRates(figures) })) }),
      ledger,
      callbacks,
    });
  });
}

const wholeHour = (at: Date): Date => new Date(Math.floor(at.getTime() / HOUR_MS) * HOUR_MS);

const add = (a: Figures, b: Figures): Figures => ({
  sent: a.sent + b.sent,
  delivered: a.delivered + b.delivered,
  clicked: a.clicked + b.clicked,
  errors: a.errors + b.errors,
});
