/** A gateway opened for its adapter: the same for the way out and the way back. */
import type { CallbackAuth, Provider, ProviderConfig } from './provider';
import type { ProviderIdBase } from '../core/messages/provider-id';
import { providerNamed } from './registry';
import { members } from './shared/json';

export { freshCallbackAuth, renewedCallbackAuth } from './shared/callback-auth';
export { exposedSecrets, hasSecret } from './shared/exposed';
export { secretsOf, withoutSecrets } from './shared/secrecy';

export interface OpenGateway {
  provider: Provider;
  config: ProviderConfig<unknown>;
}

/** What of a gateway's row its adapter works with; named as the columns. */
export interface GatewayColumns {
  id: string;
  provider: string;
  base_url: string | null;
  provider_id_base: ProviderIdBase | null;
}

/** What is kept sealed of a gateway, as plain JSON values. */
export interface GatewaySecrets {
  credentials: unknown;
  callbackAuth: CallbackAuth | null;
  previousCallbackAuth: CallbackAuth | null;
  callbackToken: string;
}

/** Thrown when a gateway's row can't be turned into something to send with; says which gateway and why. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
}

/**
 * Finds a gateway's adapter and parses the credentials with its schema, which also fills in its defaults.
 * @param publicUrl base of callback URLs; no trailing slash.
 * @throws GatewayError, and the schema's error when the kept credentials don't fit it any more.
 */
export function openGateway(row: GatewayColumns, secrets: GatewaySecrets, publicUrl: string): OpenGateway {
  const provider = providerNamed(row.provider);
  if (provider === undefined) {
    throw new GatewayError(`Gateway ${row.id} names the provider ${row.provider}, which is not built in`);
  }
  const credentials = provider.credentialsSchema.parse(secrets.credentials);
  // An option of the provider's own says it for where it stands.
  const own = members(members(credentials)['receipts'])['providerIdBase'];
  return {
    provider,
    config: {
      credentials,
      baseUrl: row.base_url ?? provider.defaultBaseUrl,
      callbackUrl: callbackUrlOf(publicUrl, secrets.callbackToken),
      callbackAuth: secrets.callbackAuth,
      previousCallbackAuth: secrets.previousCallbackAuth,
      providerIdBase: own === undefined ? row.provider_id_base : null,
    },
  };
}

/** Where a gateway's provider reports, as an absolute URL. */
export const callbackUrlOf = (publicUrl: string, token: string): string => `${publicUrl}/callbacks/${token}`;
