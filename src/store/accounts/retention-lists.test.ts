/** Retention of what an account keeps beside its messages; another account, which keeps everything, keeps it. */
import { randomUUID } from 'node:crypto';
import { makeStoreTenant, PERSON, type StoreTenant } from '../../../test/support/persons';
import { startStore, type TestStore } from '../../../test/support/rows';
import {
  blankCampaigns,
  blankSuppressionReasons,
  forgetDrafts,
  forgetTestPhones,
  forgetUploads,
} from './retention-lists';

const DAYS = 180;
let store: TestStore;
let own: StoreTenant;
let keeper: StoreTenant;
beforeEach(async () => {
  store = await startStore();
  [own, keeper] = [await makeStoreTenant(store, 'own'), await makeStoreTenant(store, 'keeper')];
  await store.pool.query('update accounts set retention_days = null where id = $1', [keeper.accountId]);
});
afterEach(() => store.stop());

const sql = async <Row>(text: string, ...values: unknown[]): Promise<Row[]> =>
  (await store.pool.query(text, values)).rows as Row[];
const ago = (days: number): string => `now() - interval '${days} days'`;
const [OLD, YOUNG] = [DAYS + 1, DAYS - 1];
const accounts = () => [own, keeper].map(({ accountId }) => accountId);

/** One of each age in both accounts. */
async function inBoth(insert: (accountId: string, days: number) => Promise<unknown>): Promise<void> {
  for (const accountId of accounts()) for (const days of [OLD, YOUNG]) await insert(accountId, days);
}

it('a new account keeps what is personal for 180 days, and one that has sent before this was so for ever', async () => {
  expect(await sql('select retention_days from accounts where id = $1', own.accountId)).toEqual([
    { retention_days: DAYS },
  ]);
  // The account of a new database is new.
  expect(await sql(`select retention_days from accounts where id = 'default'`)).toEqual([{ retention_days: DAYS }]);
});

async function storeCampaign(accountId: string, days: number, over: Record<string, unknown>): Promise<void> {
  const { state, audience = { kind: 'recipients' }, recurrence = null } = over;
  const id = `cmp_${randomUUID()}`;
  await sql(
    `insert into campaigns (id, account_id, name, state, body, variables, problems, reason, forecast, options, service, audience,
                            timezone, send_id, recurrence, created_at, finished_at)
     values ($1, $2, $4, $3, 'Hello Asha', '{"name":"Asha"}', '[{"position":1,"code":"x","message":"Asha"}]', 'Asha', '{"problems":[]}',
             '{"extra":{"a":"Asha"},"port":1}', 'T', $5, 'UTC', gen_random_uuid(), $6, ${ago(days)},
             case when $3 in ('finished', 'cancelled', 'failed') then ${ago(days)} end)`,
    ...[
      id,
      accountId,
      state,
      `${state} ${days}`,
      JSON.stringify(audience),
      recurrence === null ? null : JSON.stringify(recurrence),
    ],
  );
  await sql(`insert into campaign_recipients (campaign_id, position, msisdn) values ($1, 1, $2)`, id, PERSON);
}

it.each(['finished', 'cancelled', 'failed'])(
  'a %s campaign loses its texts and recipients, and keeps its name',
  async (state) => {
    await inBoth((accountId, days) => storeCampaign(accountId, days, { state }));
    expect(await blankCampaigns(store.pool, 1)).toBe(true);
    expect(await blankCampaigns(store.pool, 10)).toBe(false);
    const rows = await sql(
      `select account_id, name, body, variables, problems, reason, forecast, options,
            (select count(*)::int from campaign_recipients r where r.campaign_id = c.id) as recipients
     from campaigns c where body = '' order by account_id`,
    );
    expect(rows).toEqual([
    {
      account_id: own.accountId, name: `${state} ${OLD}`, body: '', variables: {}, problems: [], reason: null, forecast: null,
      options: { port: 1 }, recipients: 0,
    },
  ]); // prettier-ignore
    expect(await sql(`select from campaign_recipients`)).toHaveLength(3);
  },
);

it('a campaign of which a message is open is left', async () => {
  await storeCampaign(own.accountId, OLD, { state: 'cancelled' });
  await sql(
    `insert into slices (id, account_id, campaign_id, no, priority, total) select gen_random_uuid(), account_id, id, 0, 5, 1 from campaigns`,
  );
  await blankCampaigns(store.pool, 10);
  expect(await sql(`select from campaigns where body = ''`)).toEqual([]);
});

it('drafts with recipients of their own go; those of lists and series stay', async () => {
  await inBoth((accountId, days) => storeCampaign(accountId, days, { state: 'draft' }));
  await storeCampaign(own.accountId, OLD, { state: 'draft', audience: { kind: 'group', id: 'g' } });
  await storeCampaign(own.accountId, OLD, { state: 'draft', recurrence: { cron: '0 9 * * *', overlap: 'skip' } });
  await storeCampaign(own.accountId, OLD, { state: 'paused' });
  expect(await forgetDrafts(store.pool, 10)).toBe(false);
  expect(await sql(`select from campaigns`)).toHaveLength(6);
  expect(
    await sql(
      `select from campaigns where account_id = $1 and audience->>'kind' = 'recipients' and state = 'draft'`,
      own.accountId,
    ),
  ).toHaveLength(2);
  expect(await sql(`select from campaign_recipients`)).toHaveLength(6);
});

it('uploads go, unless a campaign is yet to read them', async () => {
  const ids: Record<string, string> = {};
  const store1 = async (name: string, accountId: string, days: number): Promise<void> => {
    ids[name] = randomUUID();
    await sql(
      `insert into uploads (id, account_id, name, state, delimiter, columns, cursor_byte, cursor_row, cursor_line, created_at)
       values ($1, $2, $3, 'ready', ',', '{to}', 0, 1, 1, ${ago(days)})`,
      ...[ids[name], accountId, name],
    );
  };
  await store1('old', own.accountId, OLD);
  await store1('young', own.accountId, YOUNG);
  await store1('of a draft', own.accountId, OLD);
  await store1('of a series', own.accountId, OLD);
  await store1('of a finished one', own.accountId, OLD);
  await store1('kept', keeper.accountId, OLD);
  const upload = (name: string) => ({ audience: { kind: 'upload', id: ids[name] } });
  await storeCampaign(own.accountId, 1, { state: 'draft', ...upload('of a draft') });
  await storeCampaign(own.accountId, 1, {
    state: 'paused',
    recurrence: { cron: '0 9 * * *', overlap: 'skip' },
    ...upload('of a series'),
  });
  await storeCampaign(own.accountId, 1, { state: 'finished', ...upload('of a finished one') });
  await forgetUploads(store.pool, 10);
  const left = await sql<{ name: string }>(`select name from uploads where state = 'ready' order by name`);
  expect(left.map(({ name }) => name)).toEqual(['kept', 'of a draft', 'of a series', 'young']);
});

it('that a number is suppressed stays, why it was goes', async () => {
  await inBoth((accountId, days) =>
    sql(
      `insert into suppressions (account_id, msisdn, source, reason, created_at) values ($1, $2, 'opt-out', 'Stop, says Asha', ${ago(days)})`,
      ...[accountId, `${PERSON}${days}`],
    ),
  );
  expect(await blankSuppressionReasons(store.pool, 10)).toBe(false);
  expect(await sql(`select account_id, msisdn from suppressions where reason is null`)).toEqual([
    { account_id: own.accountId, msisdn: `${PERSON}${OLD}` },
  ]);
  expect(await sql(`select from suppressions`)).toHaveLength(4);
});

it('a test phone that nobody verified goes; one that is used stays', async () => {
  await inBoth((accountId, days) =>
    sql(
      `insert into test_phones (id, account_id, msisdn, created_at, verified_at)
       select $1 || v, $2, $3 || v, ${ago(days)}, case v when 'verified' then now() end from unnest(array['open', 'verified']) v`,
      ...[`${accountId} ${days} `, accountId, `${PERSON}${days}`],
    ),
  );
  await forgetTestPhones(store.pool, 10);
  expect(await sql('select from test_phones')).toHaveLength(7);
  expect(await sql(`select from test_phones where id = $1`, `${own.accountId} ${OLD} open`)).toEqual([]);
});
