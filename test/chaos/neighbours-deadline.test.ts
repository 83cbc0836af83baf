/**
 * A campaign whose gateway takes nothing ends at one deadline, all of its slices together, with and without a daily window;
 * another account notices nothing of it.
 */
import { ageCampaign } from '../support/campaign-rows';
import { campaignsOf, people } from '../support/campaigns';
import { startStack, type TestStack } from '../support/stack';
import { KNOWS_ITS_OWN, KNOWS_OUR_IDS, makeTenant } from '../support/tenants';
import { until } from '../support/until';

/** Of one message each: more than a run of a held campaign would ever look at. */
const SLICES = 20;

let stack: TestStack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());

/** Puts every message of a campaign's only slice into a slice of its own. */
async function scatter(campaignId: string): Promise<void> {
  await stack.database.pool.query(
    `with message as (
       select m.id, row_number() over (order by m.id) - 1 as no from messages m join slices s on s.id = m.slice_id
       where s.campaign_id = $1
     ),
     made as (
       insert into slices (id, account_id, campaign_id, no, due_at, priority, total, windows, state, route_id, legs)
       select gen_random_uuid(), s.account_id, s.campaign_id, m.no, s.due_at, s.priority, 1, s.windows, s.state, s.route_id,
              s.legs
       from slices s join message m on m.no > 0 where s.campaign_id = $1
       returning id, no
     ),
     moved as (
       update messages set slice_id = made.id from made join message m on m.no = made.no where messages.id = m.id
     ),
     counted as (
       update slices set total = 1 where campaign_id = $1
     )
     update campaigns set slices = ${SLICES} where id = $1`,
    [campaignId],
  );
}

test.each([
  ['without a window', KNOWS_OUR_IDS, {}],
  ['with a daily window', KNOWS_ITS_OWN, { window: { start: '00:00', end: '23:59', timezone: 'UTC' } }],
])(
  '%s it ends with all of its slices',
  async (label, provider, over) => {
    const name = `deadline-${provider}`;
    const stuck = await makeTenant(stack, name);
    await stuck.gateway(name, provider, { status: 'inactive' });
    const watched = await makeTenant(stack, `${name}-watched`);
    await watched.gateway(`${name}-watched`, KNOWS_OUR_IDS);

    const campaigns = campaignsOf({ ...stack, call: stuck.call });
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
    const id = await campaigns.launch({ audience: { recipients: people(SLICES) }, time: tomorrow, ...over });
    await campaigns.reaches(id, 'scheduled');
    await scatter(id);
    await campaigns.soon(id);
    await campaigns.waitFor(id, 'held', ({ reason }) => reason === 'waits: the gateway is inactive');
    const password = await watched.send(1);
    await watched.reach(password, 'delivered');

    await ageCampaign(stack.database, id);
    // Its workflow looks at it again within a minute; a change of its rate has it look now.
    await stuck.call('PATCH', `/api/v1/campaigns/${id}`, { ratePerSecond: 1_000 });
    const { counts } = await campaigns.reaches(id, 'finished');
    expect(counts).toMatchObject({ accepted: SLICES, failed: SLICES, open: 0 });
    const { json } = await stuck.call('GET', `/api/v1/messages?campaignId=${id}&limit=1`);
    expect(json.items[0]).toMatchObject({ state: 'failed', code: '904' });

    const again = await watched.send(1);
    await until(`${label}: the other account sends`, () => watched.reach(again, 'delivered').then(() => true));
  },
  300_000,
);
