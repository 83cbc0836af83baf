/** `POST /api/v1/gateways/{id}/rotate-callback`: another callback URL and secret. */
import { z } from 'zod';
import { renewedCallbackAuth } from '../../../providers/open';
import { rotateCallback } from '../../../store/gateways/callback-tokens';
import { lockGateway, unsealGateway, type GatewayRow } from '../../../store/gateways/gateways';
import { endpoint, type Endpoint } from '../../endpoint';
import { resource } from '../../http/resource';
import { healthOf } from './health';
import { toGateway } from './schema';
import { gatewayAnswer } from './shown';

const DAY_SECONDS = 86_400;
const MAX_GRACE_DAYS = 30;

const { found, change } = resource<GatewayRow>({ noun: 'gateway' });

const body = z.strictObject({
  graceSeconds: z
    .int()
    .min(0)
    .max(MAX_GRACE_DAYS * DAY_SECONDS)
    .default(DAY_SECONDS)
    .describe('How long the URL and the secret of before are good, too.'),
});

export const callbackRotation: Endpoint[] = [
  endpoint(
    {
      id: 'rotateGatewayCallback',
      method: 'post',
      path: '/api/v1/gateways/:id/rotate-callback',
      tag: 'Gateways',
      summary: 'Gives a gateway another callback URL, and another secret where it has one.',
      description:
        'The secret is shown this once. What was good before stays so for `graceSeconds`: enter the new URL and secret at the provider meanwhile. A second rotation ends what the first one left.',
      scope: 'manage',
      body: { schema: body, optional: true },
      answers: { 200: { description: 'The gateway with its new URL.', schema: gatewayAnswer } },
      errors: ['invalid-request', 'malformed-body', 'not-found'],
    },
    async (call) => {
      const { deps, actor, body: { graceSeconds } } = call; // prettier-ignore
      const { accountId } = actor;
      const { row, madeAuth } = await change(
        call,
        async (tx) => {
          const current = found(await lockGateway(tx, accountId, call.params.id));
          const { callbackAuth } = unsealGateway(current, deps.sealer);
          const made = callbackAuth === null ? null : renewedCallbackAuth(callbackAuth);
          const drawn = { callbackAuth: made, graceSeconds };
          return { row: found(await rotateCallback(tx, deps.sealer, accountId, current.id, drawn)), madeAuth: made };
        },
        (rotated) => ({
          action: 'gateway.callback-rotated',
          subject: rotated.row.id,
          detail: { graceSeconds, withSecret: rotated.madeAuth !== null },
        }),
      );
      const health = (await healthOf(deps.database, [row])).get(row.id)!;
      return toGateway(row, deps, health, actor.scopes, madeAuth);
    },
  ),
];
