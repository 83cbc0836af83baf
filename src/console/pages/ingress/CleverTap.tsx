/** CleverTap set-up: the values of its provider form, and whether it comes through. */
import { useState } from 'preact/hooks';
import { api } from '../../api';
import { Copy, PageHead, useLoad } from '../../parts';
import { href, withQuery, type PageProps } from '../../router';
import { KeyStep } from './KeyStep';
import { Light } from './Light';
import { KEY_PLACE, SET_UPS, type FormValue, type SetUp } from './set-ups';
import { TestSend } from './TestSend';

export default function CleverTap({ query }: PageProps) {
  const setUp = SET_UPS.find(({ id }) => id === query.get('form')) ?? SET_UPS[0]!;
  const [key, setKey] = useState(KEY_PLACE);
  const [isKept, setKept] = useState(false);
  const gateways = useLoad((signal) => api.get('/api/v1/gateways', { signal }), []);
  const deployment = useLoad((signal) => api.get('/api/v1/deployment', { signal }), []);
  const base = deployment.data?.publicUrl ?? location.origin;
  const sender = gateways.data?.items.find(({ defaultSender }) => defaultSender !== null)?.defaultSender ?? 'TXTSMS';
  return (
    <>
      <PageHead
        title="CleverTap set-up"
        sentence="In CleverTap: Settings → Channels → SMS → Add Provider, with the values below."
      />
      {gateways.data?.items.length === 0 && (
        <p class="light warn">
          <span>
            There is no gateway yet, so whatever comes is refused. <a href={href('/gateways/new')}>Add a gateway</a> first.
          </span>
        </p>
      )}
      {base.startsWith('http:') && (
        <p class="light warn">
          <span>
            This address, <code>{base}</code>, is not one that CleverTap reaches: it needs a public one with https, set as{' '}
            <code>HELIOGRAPH_PUBLIC_URL</code>. <a href="/docs/going-live">How to go live</a>
          </span>
        </p>
      )}
      <KeyStep value={key} isKept={isKept} onMade={setKey} onKept={() => setKept(true)} />
      <section class="stack" aria-label="The form’s values">
        <h2>2. The form’s values</h2>
        <Choice chosen={setUp} />
        <Values key={setUp.id} values={setUp.values({ base, key, sender })} />
        <p class="soft small">
          CleverTap replaces $$To, $$Body, $$TemplateID and $$MessageID in each message. More about every field:{' '}
          <a href="/docs/clevertap" target="_blank" rel="noreferrer">
            connecting CleverTap
          </a>
          .
        </p>
      </section>
      <section class="stack" aria-label="Does it come through?">
        <h2>3. Does it come through?</h2>
        <Light key={setUp.shape} shape={setUp.shape} />
      </section>
      <TestSend key={`test-${setUp.shape}`} shape={setUp.shape} />
    </>
  ); // prettier-ignore
}

function Choice({ chosen }: { chosen: SetUp }) {
  return (
    <>
      <nav class="tabs" aria-label="Contract">
        {SET_UPS.map(({ id, title }) => (
          <a key={id} href={withQuery({ form: id })} aria-current={id === chosen.id ? 'page' : undefined}>
            {title}
          </a>
        ))}
      </nav>
      <p>{chosen.says}</p>
    </>
  );
}

function Values({ values }: { values: readonly FormValue[] }) {
  return (
    <dl class="form-values">
      {values.map(({ label, value, help }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>
            {value.includes('\n') ? <Block label={label} value={value} /> : <Copy value={value} label={label} wide />}
            {help !== undefined && <p class="soft small">{help}</p>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** JSON keeps its lines. */
const Block = ({ label, value }: { label: string; value: string }) => (
  <div class="block">
    <Copy value={value} label={label} wide />
  </div>
);
