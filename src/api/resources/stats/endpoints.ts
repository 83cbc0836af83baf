/** `GET /api/v1/stats`: the account's figures, its ledger, and what its webhooks were told. */
import { DateTime } from 'luxon';
import { listStats, type Figures } from '../../../store/accounts/stats';
import { readLedger } from '../../../store/messages/slices';
import { readCallbackCounts } from '../../../store/webhooks/callback-counts';
import { endpoint, type Endpoint } from '../../endpoint';
import { statsAnswer, statsQuery, withRates } from './schema';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const NOTHING: Figures = { sent: 0, delivered: 0, clicked: 0, errors: 0 };

export const stats: Endpoint[] = [
  endpoint(
    {
      id: 'getStats',
      method: 'get',
      path: '/api/v1/stats',
      tag: 'Statistics',
      summary: 'The account’s figures',
      description:
        'Figures of the messages accepted between from (default: 24 hours ago) and until (default: now), in whole hours, grouped where by says so: by day in whole days of the account’s zone, each with its date. ledger and callbacks are of all time.',
      scope: 'read',
      query: statsQuery,
      answers: { 200: { description: 'The figures', schema: statsAnswer } },
      errors: ['invalid-request'],
    },
    async ({ deps, actor: { accountId }, query }) => {
      const { pool } = deps.database;
      const until = query.until ?? new Date();
      const { timezone } = (await deps.accounts.context(accountId)).account;
      const asked = query.from ?? new Date(until.getTime() - DAY_MS);
      const from = query.by === 'day' ? startOfDay(asked, timezone) : wholeHour(asked);
      const [groups, ledger, callbacks] = await Promise.all([
        listStats(pool, { accountId, from, until, by: query.by ?? null, timezone }),
        readLedger(pool, accountId),
        readCallbackCounts(pool, accountId),
      ]);
      return {
        from: from.toISOString(),
        until: until.toISOString(),
        ...withRates(groups.reduce(add, NOTHING)),
        ...(query.by === undefined
          ? {}
          : {
              by: query.by,
              ...(query.by === 'day' ? { timezone } : {}),
              groups: groups.map(({ key, ...figures }) => ({ key, ...withRates(figures) })),
            }),
        ledger,
        callbacks,
      };
    },
  ),
];

const wholeHour = (at: Date): Date => new Date(Math.floor(at.getTime() / HOUR_MS) * HOUR_MS);

const startOfDay = (at: Date, zone: string): Date => DateTime.fromJSDate(at, { zone }).startOf('day').toJSDate();

const add = (a: Figures, b: Figures): Figures => ({
  sent: a.sent + b.sent,
  delivered: a.delivered + b.delivered,
  clicked: a.clicked + b.clicked,
  errors: a.errors + b.errors,
});
