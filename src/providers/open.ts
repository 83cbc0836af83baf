/** A gateway's row opened for its adapter: the same for the way out and the way back. */
import type { CallbackAuth, Provider, ProviderConfig } from './provider';
import { providerNamed } from './registry';
import { callbackAuthContext, credentialsContext, type GatewayRow } from '../store/gateways/gateways';
import type { Sealer } from '../store/seal';

export interface OpenGateway {
  row: GatewayRow;
  provider: Provider;
  config: ProviderConfig<unknown>;
}

/** Thrown when a gateway's row can't be turned into something to send with; says which gateway and why. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
}

/**
 * Unseals credentials and parses them with the adapter's schema, which also fills in its defaults.
 * @param publicUrl base of callback URLs; no trailing slash.
 * @throws GatewayError, SealError, and the schema's error when the kept credentials don't fit it any more.
 */
export function openGateway(row: GatewayRow, sealer: Sealer, publicUrl: string): OpenGateway {
  const provider = providerNamed(row.provider);
  if (provider === undefined) {
    throw new GatewayError(`Gateway ${row.id} names the provider ${row.provider}, which is not built in`);
  }
  const open = (sealed: string, context: string): unknown => JSON.parse(sealer.open(sealed, context));
  const { callback_auth: callbackAuth } = row;
  return {
    row,
    provider,
    config: {
      credentials: provider.credentialsSchema.parse(open(row.credentials, credentialsContext(row.id))),
      baseUrl: row.base_url ?? provider.defaultBaseUrl,
      callbackUrl: `${publicUrl}/callbacks/${row.callback_token}`,
      callbackAuth: callbackAuth === null ? null : (open(callbackAuth, callbackAuthContext(row.id)) as CallbackAuth),
    },
  };
}
