/** What a dying worker leaves in doubt, over a provider that can neither recognise an id of ours nor be asked. */
import { waitFor } from '../bed';
import { makeCampaign, uploadList } from '../campaigns';
import { PHASE_DEADLINE_MS, type PhaseContext } from '../phase';
import { NO_RECEIPTS } from './dispatch';

const IN_FLIGHT = 100;
const LATENCY_MS = 50;
/** Some seconds of work at that pace. */
const RECIPIENTS = 10_000;

/** Messages of which nobody knows whether they left, after a SIGKILL in the middle of a campaign. */
export async function measureKill({ bed, figures, say }: PhaseContext): Promise<void> {
  await bed.script({ latencyMs: LATENCY_MS, ...NO_RECEIPTS });
  const { id: gatewayId } = await bed.call<{ id: string }>('POST', `${bed.api}/api/v1/gateways`, {
    provider: 'pingbix',
    name: 'Knows no ids of ours',
    credentials: { userId: 'kill', password: 'simulator' },
    baseUrl: `${bed.simulator}/pingbix/kill`,
    sendingPattern: 'loop',
    maxInFlight: IN_FLIGHT,
    defaultSender: 'HELIOG',
  });
  const legs = [{ gatewayId }];
  const { id: routeId } = await bed.call<{ id: string }>('POST', `${bed.api}/api/v1/routes`, { name: 'kill', legs });
  const { id: uploadId } = await uploadList(bed, RECIPIENTS, PHASE_DEADLINE_MS);
  const campaignId = await makeCampaign(bed, { uploadId }, { routeId });
  const submissions = async (): Promise<number> => (await bed.counts()).submissions;
  await waitFor('a third has left', async () => (await submissions()) >= RECIPIENTS / 3, PHASE_DEADLINE_MS);
  await bed.killWorker();
  const left = await submissions();
  if (left >= RECIPIENTS) throw new Error('the worker was killed too late: everything had left');
  const { rows } = await bed.database.pool.query<{ doubt: number }>(
    `select ((select count(*) from attempts a join messages m on m.id = a.message_id join slices s on s.id = m.slice_id
              where s.campaign_id = $1 and a.state = 'submitting')
           + (select coalesce(sum(cardinality(b.ids)), 0) from blocks b join slices s on s.id = b.slice_id
              where s.campaign_id = $1))::int as doubt`,
    [campaignId],
  );
  figures.kill_in_doubt = rows[0]!.doubt;
  say(`  the worker was killed after ${left} of ${RECIPIENTS}, with ${IN_FLIGHT} requests on the wire`);
  await bed.call('POST', `${bed.api}/api/v1/campaigns/${campaignId}/cancel`);
}
