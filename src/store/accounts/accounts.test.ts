import { ACCOUNT, SEALER, startStore, type TestStore } from '../../../test/support/rows';
import { ensureWebhook, updateWebhook } from '../webhooks/webhooks';
import { findAccountContext } from './accounts';

let store: TestStore;
beforeAll(async () => (store = await startStore()));
afterAll(() => store.stop());

it.each([
  ['clevertap', true],
  ['standard', false],
] as const)(
  'a default webhook of kind %s is still told of what comes while it is disabled: %s',
  async (kind, isTold) => {
    const { webhook } = await ensureWebhook(store.db, SEALER, {
      accountId: ACCOUNT,
      kind,
      url: `http://127.0.0.1/${kind}`,
      isDefault: true,
    });
    const defaultId = async () => (await findAccountContext(store.db, ACCOUNT))?.defaultWebhookId;
    expect(await defaultId()).toBe(webhook.id);
    await updateWebhook(store.db, SEALER, ACCOUNT, webhook.id, { state: 'disabled' });
    expect(await defaultId()).toBe(isTold ? webhook.id : null);
  },
);
