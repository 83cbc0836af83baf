/** `/api/v1/floors`: minimums that an operator sets under the settings of all accounts. */
import { z } from 'zod';
import { insertAudit } from '../../../store/accounts/audit';
import { readDeploymentFloors, setDeploymentFloors } from '../../../store/accounts/floors';
import { endpoint, type Endpoint } from '../../endpoint';
import { floors, floorsAnswer } from './schema';

const FLOORS = '/api/v1/floors';
const tag = 'Accounts';

export const deploymentFloors: Endpoint[] = [
  endpoint(
    {
      id: 'getFloors',
      method: 'get',
      path: FLOORS,
      tag,
      summary: 'The minimums that hold for all accounts.',
      scope: 'read',
      answers: { 200: { description: 'The floors.', schema: floorsAnswer } },
      errors: [],
    },
    async ({ deps }) => readDeploymentFloors(deps.database.db),
  ),
  endpoint(
    {
      id: 'setFloors',
      method: 'put',
      path: FLOORS,
      tag,
      summary: 'Sets the minimums for all accounts, in place of those before.',
      description: 'Accounts whose settings lie below a floor get the floor, which is in their audit.',
      scope: 'admin',
      body: { schema: floors },
      answers: {
        200: {
          description: 'The floors, and the accounts that were narrowed.',
          schema: z.object({ floors: floorsAnswer, narrowed: z.array(z.string()) }),
        },
      },
      errors: ['malformed-body', 'invalid-request'],
    },
    async ({ deps, actor, body }) => {
      const changed = await deps.database.db.transaction().execute(async (tx) => {
        const before = await readDeploymentFloors(tx);
        const accounts = await setDeploymentFloors(tx, body);
        const detail = { from: before, to: body, narrowed: accounts.length };
        await insertAudit(tx, actor, { action: 'floors.updated', subject: 'deployment', detail });
        for (const { id, fields } of accounts) {
          const by = { accountId: id, keyId: actor.keyId };
          await insertAudit(tx, by, { action: 'account.narrowed', subject: id, detail: { fields } });
        }
        return accounts;
      });
      for (const { id } of changed) deps.accounts.forget(id);
      return { floors: body, narrowed: changed.map(({ id }) => id) };
    },
  ),
];
