/** Commands whose workflow does not answer in time: what was carried out is 200, what was not is 503 and stays so. */
import { campaignsOf, people, type TestCampaigns } from '../support/campaigns';
import { joinStack, type SharedStack } from '../support/shared';
import { until } from '../support/until';

let stack: SharedStack;
let campaigns: TestCampaigns;
beforeAll(async () => {
  // No worker carries out anything.
  stack = await joinStack({ worker: false });
  campaigns = campaignsOf(stack);
});
afterAll(() => stack.stop());

const TIME = new Date(Date.now() + 7_200_000).toISOString();
const CASES = [
  ['pause', 'running', `state = 'paused'`, {}],
  ['resume', 'paused', `state = 'running', resumed = true`, {}],
  // It may have come to its end by the time that somebody looks.
  ['resume', 'paused', `state = 'finished', resumed = true`, {}],
  ['cancel', 'running', `state = 'cancelled'`, {}],
  ['reschedule', 'scheduled', `due_at = '${TIME}'`, { time: TIME }],
  ['rate', 'running', `rate_per_second = 9`, { ratePerSecond: 9 }],
] as const;

const ask = (id: string, action: string, body: object) =>
  action === 'rate' ? stack.call('PATCH', `/api/v1/campaigns/${id}`, body) : campaigns.act(id, action, body);

async function campaignIn(state: string, i: number): Promise<string> {
  const id = await campaigns.launch({ audience: { recipients: people(1, 9_000_000 + i) } });
  await stack.database.pool.query('update campaigns set state = $2 where id = $1', [id, state]);
  return id;
}

async function carriedOut() {
  return Promise.all(
    CASES.map(async ([action, state, change, body], i) => {
      const id = await campaignIn(state, i);
      const asking = ask(id, action, body);
      await stack.database.pool.query(`update campaigns set ${change} where id = $1`, [id]);
      const { status, json } = await asking;
      return { action, status, code: json.code };
    }),
  );
}

async function notCarriedOut() {
  return Promise.all(
    CASES.map(async ([action, state, , body], i) => {
      const id = await campaignIn(state, 100 + i);
      const { status, json, headers } = await ask(id, action, body);
      const { state: now } = await campaigns.read(id);
      const waits = Number(headers.get('retry-after')) > 0;
      return { action, before: state, now, status, code: json.code, title: json.title, waits };
    }),
  );
}

describe('commands that wait for a workflow for as long as they may', () => {
  // Each of them takes that long: they wait together.
  let answers: [Awaited<ReturnType<typeof carriedOut>>, Awaited<ReturnType<typeof notCarriedOut>>];
  beforeAll(async () => {
    answers = await Promise.all([carriedOut(), notCarriedOut()]);
  });

  test('carried out, and the answer was lost: 200, with the campaign as it is', () => {
    expect(answers[0]).toEqual(CASES.map(([action]) => ({ action, status: 200, code: undefined })));
  });

  test('not carried out: 503, whose title says what is away; nothing was changed', () => {
    const away = { status: 503, code: 'temporal-unavailable', title: 'Temporal can’t be reached', waits: true };
    expect(answers[1]).toEqual(CASES.map(([action, state]) => ({ action, before: state, now: state, ...away })));
  });
});

test('being carried out just then: the answer waits for it', async () => {
  const id = await campaignIn('running', 50);
  const asking = campaigns.act(id, 'pause');
  const worker = await stack.database.pool.connect();
  try {
    await worker.query('begin');
    await worker.query(`update campaigns set state = 'paused' where id = $1`, [id]);
    await until('the api waits for the row', async () => {
      const { rows } = await stack.database.pool.query(
        `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      return rows.length > 0;
    });
    await worker.query('commit');
  } finally {
    worker.release();
  }
  expect(await asking).toMatchObject({ status: 200, json: { state: 'paused' } });
});

test('asked again: 200 without anybody being asked', async () => {
  for (const [i, [action, , carriedOut, body]] of CASES.entries()) {
    const id = await campaignIn('running', 200 + i);
    await stack.database.pool.query(`update campaigns set ${carriedOut} where id = $1`, [id]);
    expect([action, (await ask(id, action, body)).status]).toEqual([action, 200]);
  }
});

test('resume of one that was never paused is refused, in whatever state', async () => {
  for (const [i, state] of ['scheduled', 'running', 'settling', 'finished'].entries()) {
    const answer = await campaigns.act(await campaignIn(state, 300 + i), 'resume');
    expect(answer).toMatchObject({ status: 409, json: { code: 'wrong-state' } });
  }
});
