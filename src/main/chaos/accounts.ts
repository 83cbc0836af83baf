/** Makes the accounts of a run, with their gateways and webhooks, and tells the simulator how to behave. */
import { demand } from './client';
import { COMMON_SCRIPT, MAX_IN_FLIGHT, type Party } from './parties';
import type { ChaosStack } from './stack';

/** A party that has its account. */
export interface Sender extends Party {
  accountId: string;
  gatewayId: string;
  webhookId: string;
  /** Of its requests to the api. */
  headers: Record<string, string>;
}

/** Nothing is registered for its texts, and what it sends leaves at any time of day. */
const AT_ANY_TIME = { indiaStrict: false, promotionalOutsideWindow: 'send' };

/** @param receiptDeadlineSeconds of its gateway. */
export async function makeSender(
  { api, simulator, adminKey }: ChaosStack,
  party: Party,
  receiptDeadlineSeconds: number,
): Promise<Sender> {
  const authorization = `Bearer ${adminKey}`;
  const account = await demand(
    'POST',
    `${api}/api/v1/accounts`,
    { ...AT_ANY_TIME, name: party.name },
    { authorization },
  );
  const headers = { authorization, 'x-account-id': account.id as string };
  const url = `${simulator}/clevertap/callback?account=${party.name}`;
  const webhook = await demand('POST', `${api}/api/v1/webhooks`, { kind: 'clevertap', url, isDefault: true }, headers);
  const gateway = await demand(
    'POST',
    `${api}/api/v1/gateways`,
    {
      provider: party.provider,
      name: party.name,
      credentials: party.credentials,
      baseUrl: `${simulator}/${party.provider}/${party.name}`,
      sendingPattern: 'loop',
      defaultSender: 'HELIOS',
      maxInFlight: MAX_IN_FLIGHT,
      receiptDeadlineSeconds,
      ...party.gateway,
    },
    headers,
  );
  const script: { receipts?: object } = party.script ?? COMMON_SCRIPT;
  // What a vendor's portal is told, for those whose requests don't say where reports go, and how to prove them.
  const { callbackUrl, callbackAuth: auth } = gateway as { callbackUrl: string; callbackAuth: object | null };
  const receipts = { ...script.receipts, url: callbackUrl, ...(auth === null ? {} : { auth }) };
  await demand('PUT', `${simulator}/control/script?account=${party.name}`, { seed: 'chaos', ...script, receipts });
  const ids = { accountId: account.id, gatewayId: gateway.id, webhookId: webhook.id } as Record<string, string>;
  return { ...party, ...(ids as Pick<Sender, 'accountId' | 'gatewayId' | 'webhookId'>), headers };
}
