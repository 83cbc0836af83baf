/** The columns of a gateway's credentials, and its state in a word and a sentence. */
import type { Schemas } from '../../api';
import { duration, percent } from '../../parts';

export type Gateway = Schemas['Gateway'];
export type Provider = Schemas['Provider'];

/** Its page in the documentation. */
export const docsOf = ({ docs }: Provider): string => `/${docs.replace(/\.md$/, '')}`;

export const CREDENTIAL_COLUMNS = [
  ['apiKey', 'API key'],
  ['secretKey', 'Secret key'],
  ['username', 'Username'],
  ['password', 'Password'],
] as const;
type CredentialColumn = (typeof CREDENTIAL_COLUMNS)[number][0];

/** Under which heading vendors' own names for the same thing stand: Twilio's SID is what others call a key. */
const STANDS_UNDER: Record<string, CredentialColumn> = {
  apiKey: 'apiKey',
  token: 'apiKey',
  accountSid: 'apiKey',
  secretKey: 'secretKey',
  authToken: 'secretKey',
  username: 'username',
  userId: 'username',
  password: 'password',
};

/** What a gateway shows in a column of credentials, masked as the API gives it; null = its provider has no such thing. */
export function credentialIn({ credentials }: Gateway, column: CredentialColumn): string | null {
  for (const [name, value] of Object.entries(credentials)) {
    if (STANDS_UNDER[name] === column && typeof value === 'string') return value;
  }
  return null;
}

/** Whether messages leave over it now. */
export type Condition = 'active' | 'degraded' | 'held' | 'down' | 'inactive';

export function conditionOf({ status, health }: Gateway): Condition {
  if (status === 'inactive') return 'inactive';
  if (health.heldUntil !== undefined) return 'held';
  return health.state === 'up' ? 'active' : health.state;
}

/** Whether it takes messages, well or badly. */
export const takes = (gateway: Gateway): boolean => ['active', 'degraded'].includes(conditionOf(gateway));

/** The first line of its page. */
export function sentenceOf(gateway: Gateway): string {
  const { acceptRate, deliveryRate, p95Ms, reason } = gateway.health;
  const because = reason === undefined ? '' : `: ${reason}`;
  switch (conditionOf(gateway)) {
    case 'inactive':
      return 'It is inactive: nothing is sent over it.';
    case 'held':
      return `It is held, since the provider asked for a pause${because}.`;
    case 'down':
      return `It is down, and nothing is sent over it${because}.`;
    case 'degraded':
      return `It takes messages, but badly${because}.`;
    case 'active': {
      const said = [
        acceptRate === null ? '' : `the provider takes ${percent(acceptRate)} of them`,
        deliveryRate === null ? '' : `${percent(deliveryRate)} of the final reports say delivered`,
        p95Ms === null ? '' : `95% of the requests are answered within ${duration(p95Ms)}`,
      ].filter(Boolean);
      return said.length === 0
        ? 'It takes messages; nothing has been sent over it lately.'
        : `It takes messages: ${said.join(', ')}.`;
    }
  }
}
