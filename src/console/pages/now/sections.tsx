/** The sections of Now. */
import type { Overview } from '../../api';
import type { LiveState } from '../../api';
import {
  Badge,
  count,
  decimal,
  Icon,
  keyOf,
  LedgerBar,
  ledgerParts,
  plural,
  SubjectOf,
  Table,
  Time,
  words,
} from '../../parts';
import { href } from '../../router';

const LIVE: Record<LiveState, [state: string, word: string]> = {
  connecting: ['busy', 'Connecting'],
  live: ['ok', 'Live'],
  waiting: ['warn', 'Not live: trying again'],
  resting: ['idle', 'At rest'],
};

export function LiveMark({ state }: { state: LiveState }) {
  const [badge, word] = LIVE[state];
  return <Badge state={badge} word={word} />;
}

export function Needs({ needs }: { needs: Overview['needs'] }) {
  if (needs.length === 0) return null;
  return (
    <ul class="needs" aria-label="What needs you">
      {needs.map(({ sentence, link }) => (
        <li key={link + sentence}>
          <Icon tone="warn" />
          <a href={link}>{sentence.charAt(0).toUpperCase() + sentence.slice(1)}</a>
        </li>
      ))}
    </ul>
  );
}

export function Gateways({ gateways }: { gateways: Overview['gateways'] }) {
  return (
    <section class="stack" aria-labelledby="gateways">
      <h2 id="gateways">Gateways</h2>
      {gateways.length === 0 && (
        <p>
          There is none yet. <a href={href('/gateways')}>Add a gateway</a>
        </p>
      )}
      <ul class="lights">
        {gateways.map(({ id, name, state, reason, waiting }) => (
          <li key={id}>
            <Badge state={state} />
            <div>
              <a href={href(`/gateways/${id}`)}>{name}</a>{' '}
              {waiting > 0 && <span>{plural(waiting, 'message waits', 'messages wait')}</span>}
              {reason !== null && <p class="soft">{reason}</p>}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Webhooks({ webhooks }: { webhooks: Overview['webhooks'] }) {
  const behind = webhooks.filter(({ waiting, state }) => waiting > 0 || state !== 'active');
  return (
    <section class="stack" aria-labelledby="webhooks">
      <h2 id="webhooks">Callbacks that wait</h2>
      {behind.length === 0 && <p>None: every outcome has been told.</p>}
      <ul class="lights">
        {behind.map(({ id, url, waiting, isMore, oldestWaitingAt, state }) => (
          <li key={id}>
            <Badge state={state} />
            <div>
              <a href={href(`/webhooks/${id}`)}>{url.replace(/^https?:\/\//, '')}</a>{' '}
              <span>
                {isMore ? 'more than ' : ''}
                {count(waiting)} waiting
              </span>
              {oldestWaitingAt !== null && (
                <p class="soft">
                  {Date.parse(oldestWaitingAt) > Date.now() ? 'The next try ' : 'The oldest since '}
                  <Time at={oldestWaitingAt} />
                </p>
              )}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Campaigns({ campaigns }: { campaigns: Overview['campaigns'] }) {
  return (
    <section class="stack" aria-labelledby="campaigns">
      <h2 id="campaigns">Campaigns of this moment</h2>
      {campaigns.length === 0 && (
        <p>
          None is under way. <a href={href('/campaigns')}>All campaigns</a>
        </p>
      )}
      {campaigns.map(({ id, name, state, reason, ledger, ratePerSecond, eta }) => (
        <article key={id} class="campaign">
          <h3>
            <a href={href(`/campaigns/${id}`)}>{name}</a> <Badge state={state} />
            <span class="aside tabular">
              {ratePerSecond > 0 && `${decimal(ratePerSecond)} a second`}
              {eta !== null && (
                <>
                  , done <Time at={eta} />
                </>
              )}
            </span>
          </h3>
          {reason !== null && <p class="soft">{reason}</p>}
          <LedgerBar parts={ledgerParts(ledger, (of) => href(`/messages?campaignId=${id}&state=${of}`))} />
        </article>
      ))}
    </section>
  );
}

export function Changes({ changes }: { changes: Overview['changes'] }) {
  if (changes.length === 0) return null;
  return (
    <section class="stack" aria-labelledby="changes">
      <h2 id="changes">Last changes</h2>
      <Table
        caption="The last changes by people and keys"
        rows={changes}
        keyOf={({ id }) => id}
        columns={[
          { title: 'When', cell: ({ at }) => <Time at={at} /> },
          { title: 'What', cell: ({ action }) => words(action).replace(/^Api/, 'API') },
          { title: 'Of what', cell: (change) => <SubjectOf {...change} /> },
          { title: 'By key', cell: keyOf },
        ]}
      />
    </section>
  );
}
