/** Everything that a gateway was given. */
import { Fragment } from 'preact';
import type { OperationOf, OptionsOf } from '../../../api';
import { count } from '../../../parts';
import { docsOf, type Gateway, type Provider } from '../columns';

type Given = NonNullable<OptionsOf<OperationOf<'post', '/api/v1/gateways'>>['body']>;
/** Each setting has a line, or another place on the page. */
type Elsewhere = 'name' | 'status' | 'credentials' | 'callbackAuth' | 'logo' | 'signupLink';
type Fact = readonly [title: string, value: string | null];

const seconds = (n: number | null): string | null => (n === null ? null : `${count(n)} s`);

function factsOf(gateway: Gateway, provider: Provider | undefined): Fact[] {
  const facts: Record<Exclude<keyof Given, Elsewhere>, Fact> = {
    provider: ['Provider', provider?.label ?? gateway.provider],
    defaultSender: ['Sender ID', gateway.defaultSender],
    fallbackSender: ['Fallback sender ID', gateway.fallbackSender],
    sendingPattern: ['Sending pattern', gateway.sendingPattern === 'batch' ? 'Batch' : 'Loop'],
    ratePerSecond: ['Rate', gateway.ratePerSecond === null ? 'No limit' : `${count(gateway.ratePerSecond)} messages/s`],
    priority: ['Priority', String(gateway.priority)],
    weight: ['Weight', String(gateway.weight)],
    baseUrl: ['Base URL', gateway.baseUrl ?? provider?.baseUrl ?? null],
    description: ['Description', gateway.description],
    maxInFlight: ['Requests at a time', count(gateway.maxInFlight)],
    batchSize: [
      'Messages in a request',
      gateway.batchSize === null ? 'As the provider takes' : count(gateway.batchSize),
    ],
    validitySeconds: ['Validity', seconds(gateway.validitySeconds)],
    receiptDeadlineSeconds: ['Wait for a report', seconds(gateway.receiptDeadlineSeconds)],
    failoverAfterSeconds: ['Next leg after', seconds(gateway.failoverAfterSeconds)],
    providerIdBase: ['Ids in reports', gateway.providerIdBase ?? 'As in answers'],
    callbackAllow: ['Callbacks only from', gateway.callbackAllow.join(', ') || 'Anywhere'],
    smartEncoding: ['Smart encoding', gateway.smartEncoding ? 'On' : 'Off'],
    pricePerSegment: ['Price of a part', gateway.pricePerSegment === null ? null : String(gateway.pricePerSegment)],
    currency: ['Currency', gateway.currency],
  };
  const credentials = Object.entries(gateway.credentials).map(([name, value]): Fact => [
    titleOf(provider, name),
    typeof value === 'string' ? value : 'set',
  ]);
  const [first, ...others] = Object.values(facts);
  return [first!, ...credentials, ...others];
}

/** So many are what people look for; the others are one step away. */
const FIRST = 9;

export function Settings({ gateway, provider }: { gateway: Gateway; provider: Provider | undefined }) {
  const facts = factsOf(gateway, provider).filter(([, value]) => value !== null);
  return (
    <section class="stack" aria-label="Settings">
      <h2>Settings</h2>
      <Facts of={facts.slice(0, FIRST)} />
      <details>
        <summary>All settings</summary>
        <Facts of={facts.slice(FIRST)} />
      </details>
      {provider !== undefined && (
        <p class="row">
          <a href={docsOf(provider)} target="_blank" rel="noreferrer">
            How to set up {provider.label}
          </a>
          {gateway.signupLink !== null && (
            <a href={gateway.signupLink} target="_blank" rel="noreferrer">
              Sign up
            </a>
          )}
        </p>
      )}
    </section>
  );
}

const Facts = ({ of }: { of: readonly Fact[] }) => (
  <dl class="facts">
    {of.map(([title, value]) => (
      <Fragment key={title}>
        <dt>{title}</dt>
        <dd>{value}</dd>
      </Fragment>
    ))}
  </dl>
);

const titleOf = (provider: Provider | undefined, name: string): string =>
  provider?.credentials.find((credential) => credential.name === name)?.title ?? name;
