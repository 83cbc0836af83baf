/** A request: what was wrong with which record, and what it said. */
import { api, type IngressRequest } from '../../api';
import { Badge, count, keyTitle, PageHead, plural, Shown, Table, Time, useLoad, Why } from '../../parts';
import { href, type PageProps } from '../../router';
import { shapeName } from './shapes';

type Refusal = IngressRequest['problems'][number];

export default function RequestPage({ params }: PageProps) {
  const id = params['id']!;
  const request = useLoad((signal) => api.get('/api/v1/requests/{id}', { params: { id }, signal }), [id]);
  return (
    <Shown of={request} what="the request" title="Request">
      {(found) => (
        <>
          <p class="row">
            <Badge state={found.outcome} /> <a href={href('/requests')}>All requests</a>
          </p>
          <PageHead title="Request" sentence={saying(found)} />
          <Why of={{ id }} />
          <Facts request={found} />
          {found.problems.length > 0 && (
            <section class="stack" aria-label="What was refused">
              <h2>What was refused</h2>
              <Table caption="Refused records" rows={found.problems} keyOf={keyOf} columns={COLUMNS} />
            </section>
          )}
          <Body body={found.body} />
        </>
      )}
    </Shown>
  );
}

function saying({ outcome, accepted, rejected, status, message, code }: IngressRequest): string {
  if (outcome === 'taken') return `It was taken: ${plural(accepted, 'record')}.`;
  if (outcome === 'partly') {
    return `${plural(rejected, 'record was', 'records were')} refused, ${count(accepted)} taken.`;
  }
  const why = message ?? code ?? '';
  return `It was refused with ${status}${why === '' ? '' : `: ${why}`}. Nothing of it is sent.`;
}

function Facts({ request: { at, shape, route, keyName, keyId, status } }: { request: IngressRequest }) {
  return (
    <dl class="facts">
      <dt>Came</dt>
      <dd>
        <Time at={at} />
      </dd>
      <dt>Contract</dt>
      <dd>
        {shapeName(shape)} <code>{route}</code>
      </dd>
      <dt>Key</dt>
      <dd>
        <a href={href('/settings/keys')}>{keyName ?? (keyId ? keyTitle(keyId) : '–')}</a>
      </dd>
      <dt>Answer</dt>
      <dd>{status}</dd>
    </dl>
  );
}

function Body({ body }: { body: string | null | undefined }) {
  return (
    <section class="stack" aria-label="What it said">
      <h2>What it said</h2>
      {body === null || body === undefined ? (
        <p>
          Not kept: of a taken request nothing is, and texts are shown to keys with the scope “content” or “manage”.
        </p>
      ) : (
        <>
          <p class="soft small">Of the refused records, without credentials, 2 KB at most.</p>
          <pre tabIndex={0}>{body}</pre>
        </>
      )}
    </section>
  );
}

const keyOf = ({ index, field, code, to }: Refusal): string => [index, field, code, to].join(' ');

const COLUMNS = [
  { title: 'Record', number: true as const, cell: ({ index }: Refusal) => (index === null ? '–' : index + 1) },
  { title: 'To', cell: ({ to }: Refusal) => to },
  { title: 'Meta', cell: ({ meta }: Refusal) => meta },
  { title: 'Field', cell: ({ field }: Refusal) => (field === null ? null : <code>{field}</code>) },
  {
    title: 'What to mend',
    cell: ({ code, message }: Refusal) => (
      <span>
        {message}{' '}
        <a href={`/docs/errors#${code}`} target="_blank" rel="noreferrer" class="small">
          {code}
        </a>
      </span>
    ),
  },
];
