/**
 * What a first start puts into an empty `default` account so that it can send at once: a gateway and a webhook that
 * lead to the simulator. An account that has a gateway is left as it is; without a simulator the demo gateway goes.
 */
import { LOOPBACK } from '../config';
import { freshCallbackAuth } from '../providers/open';
import { providerNamed } from '../providers/registry';
import { connectDatabase } from '../store/database';
import { deleteGateway, insertGateway, listGateways, updateGateway } from '../store/gateways/gateways';
import { createKeyring, type MasterKey } from '../core/accounts/keyring';
import { createSealer } from '../store/seal';
import { ensureWebhook } from '../store/webhooks/webhooks';

export const DEMO_ACCOUNT = 'default';
export const DEMO_GATEWAY = 'Simulator';

/** Receipts of the simulator come within seconds: after this one that has not come will not. */
const RECEIPT_DEADLINE_SECONDS = 60;

export interface SeedConfig {
  /** The one that seals first. */
  masterKeys: readonly MasterKey[];
  /** Undefined = there is no simulator. */
  simulatorPort?: number;
}

export async function seed(databaseUrl: string, { masterKeys, simulatorPort }: SeedConfig): Promise<void> {
  const database = connectDatabase({ url: databaseUrl, connections: 1, onError: () => undefined });
  const sealer = createSealer(createKeyring(masterKeys));
  const simulator = `http://${LOOPBACK}:${simulatorPort}`;
  try {
    const { db } = database;
    const gateways = await listGateways(db, DEMO_ACCOUNT);
    const demo = gateways.find((gateway) => gateway.demo);
    if (simulatorPort === undefined) {
      if (demo !== undefined) await deleteGateway(db, DEMO_ACCOUNT, demo.id);
      return;
    }
    if (demo !== undefined) {
      // The simulator may have moved to another port since.
      await updateGateway(db, sealer, DEMO_ACCOUNT, demo.id, { baseUrl: `${simulator}/infobip` });
    } else if (gateways.length === 0) {
      const infobip = providerNamed('infobip')!;
      await insertGateway(db, sealer, DEMO_ACCOUNT, {
        provider: infobip.name,
        name: DEMO_GATEWAY,
        credentials: { apiKey: 'simulator' },
        callbackAuth: freshCallbackAuth(infobip),
        baseUrl: `${simulator}/infobip`,
        sendingPattern: 'batch',
        status: 'active',
        priority: 100,
        weight: 1,
        defaultSender: 'HELIOG',
        fallbackSender: 'HELIOB',
        ratePerSecond: null,
        maxInFlight: 64,
        batchSize: 100,
        receiptDeadlineSeconds: RECEIPT_DEADLINE_SECONDS,
        validitySeconds: null,
        description: 'Speaks Infobip’s protocol on this machine; no message leaves it.',
        signupLink: null,
        logo: null,
        demo: true,
      });
    } else {
      return;
    }
    await ensureWebhook(db, sealer, {
      accountId: DEMO_ACCOUNT,
      kind: 'clevertap',
      url: `${simulator}/clevertap/callback?account=DEMO`,
      isDefault: true,
    });
  } finally {
    await database.close();
  }
}
