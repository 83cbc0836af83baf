/**
 * Every sealed column. What isn't here can't be sealed: a context comes from here only, so that `reseal` forgets no value
 * when a master key goes.
 */

declare const brand: unique symbol;
/** Names the row and the column that a sealed value belongs to. */
export type SealContext = string & { readonly [brand]: true };

export interface SealedColumn<Key extends string[] = string[]> {
  table: string;
  column: string;
  /** The columns of the primary key, in the order of `context`'s parameters. */
  key: string[];
  /** Of all of them. */
  keyType: 'text' | 'uuid';
  context(...key: Key): SealContext;
}

function sealed<Key extends string[]>(
  table: string,
  column: string,
  key: [...{ [Part in keyof Key]: string }],
  context: (...key: Key) => string,
  keyType: SealedColumn['keyType'] = 'text',
): SealedColumn<Key> {
  return { table, column, key, keyType, context: (...values) => context(...values) as SealContext };
}

export const SEALED = {
  gatewayCredentials: sealed('gateways', 'credentials', ['id'], (id: string) => `gateway:${id}:credentials`),
  gatewayCallbackAuth: sealed('gateways', 'callback_auth', ['id'], (id: string) => `gateway:${id}:callback-auth`),
  /** A secret moves here from `callback_auth` as it is. */
  gatewayPreviousCallbackAuth: sealed(
    'gateways',
    'previous_callback_auth',
    ['id'],
    (id: string) => `gateway:${id}:callback-auth`,
  ),
  gatewayCallbackToken: sealed(
    'gateways',
    'callback_token_sealed',
    ['id'],
    (id: string) => `gateway:${id}:callback-token`,
  ),
  webhookUrl: sealed('webhooks', 'url', ['id'], (id: string) => `webhook:${id}:url`),
  webhookSecret: sealed('webhooks', 'secret', ['id'], (id: string) => `webhook:${id}:secret`),
  /** A secret moves here from `secret` as it is. */
  webhookPreviousSecret: sealed('webhooks', 'previous_secret', ['id'], (id: string) => `webhook:${id}:secret`),
  accountEncryption: sealed('accounts', 'encryption', ['id'], (id: string) => `account:${id}:encryption`),
  idempotencyAnswer: sealed(
    'idempotency_keys',
    'answer',
    ['account_id', 'key'],
    (accountId: string, key: string) => `idempotency:${accountId}:${key}`,
  ),
  erasureSubject: sealed('erasures', 'subject', ['id'], (id: string) => `erasure:${id}:subject`, 'uuid'),
  deploymentSecret: sealed('deployment_secrets', 'value', ['name'], (name: string) => `deployment:${name}`),
};
