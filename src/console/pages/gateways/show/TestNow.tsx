/** Test now: one message over this gateway, and what the provider said of it. */
import { useId, useState } from 'preact/hooks';
import { api } from '../../../api';
import { Badge, Copy, Field, Form, useForm, useLoad } from '../../../parts';
import { href } from '../../../router';

interface Outcome {
  ok: boolean;
  outcome: string;
  providerMessageId?: string;
  error?: string;
}

/** What a class of refusal means for the gateway. */
const MEANS: Record<string, string> = {
  accepted: 'The provider took it. Its delivery report comes to the message’s page.',
  recipient: 'The gateway works; the provider refuses this number.',
  content: 'The gateway works; the provider refuses this text.',
  sender: 'The provider refuses the sender ID: ask it to approve it, or write another one.',
  account: 'The provider refuses the account: look at its credentials and credit.',
  transient: 'The provider did not take it just now. Try again in a minute.',
  unknown: 'No clear answer came: it may be out.',
};

export function TestNow({ id }: { id: string }) {
  const phones = useLoad((signal) => api.get('/api/v1/test-phones', { query: { limit: 20 }, signal }), []);
  const form = useForm({ to: '', text: 'This is a test.', sender: '', templateId: '' });
  const [outcome, setOutcome] = useState<Outcome>();
  const list = useId();
  const { to, text, sender, templateId } = form.values;
  const test = (): void => {
    setOutcome(undefined);
    form.send(
      () =>
        api.post('/api/v1/gateways/{id}/test', {
          params: { id },
          body: {
            to,
            ...(text === '' ? {} : { text }),
            ...(sender === '' ? {} : { sender }),
            ...(templateId === '' ? {} : { templateId }),
          },
        }),
      setOutcome,
    );
  };
  return (
    <section class="stack" aria-label="Test now">
      <h2>Test now</h2>
      <Form of={form} action="Send a test message" onSubmit={test} disabled={to.trim() === ''}>
        <p class="soft small">It is a real message, also while the gateway is inactive; the provider may charge for it.</p>
        <div class="fields">
          <Field label="To" type="tel" inputMode="tel" list={list} required {...form.field('to')} />
          <Field label="Sender ID (optional)" {...form.field('sender')} />
          <Field label="Text" {...form.field('text')} />
          <Field label="DLT template id (optional)" inputMode="numeric" {...form.field('templateId')} />
        </div>
        <datalist id={list}>
          {phones.data?.items
            .filter(({ verified }) => verified)
            .map((phone) => (
              <option key={phone.id} value={phone.to}>
                {phone.name ?? ''}
              </option>
            ))}
        </datalist>
        <div role="status">{outcome !== undefined && <Said outcome={outcome} />}</div>
      </Form>
    </section>
  ); // prettier-ignore
}

function Said({ outcome: { ok, outcome, providerMessageId, error } }: { outcome: Outcome }) {
  return (
    <div class="stack">
      <p>
        <Badge state={ok ? 'ok' : 'fail'} word={ok ? 'Taken' : 'Refused'} /> {error === undefined ? '' : `“${error}”. `}
        {MEANS[outcome] ?? ''}
      </p>
      {providerMessageId !== undefined && (
        <p>
          Provider’s id: <Copy value={providerMessageId} label="Provider’s id" />{' '}
          <a href={`${href('/find')}#q=${encodeURIComponent(providerMessageId)}`}>Find the message</a>
        </p>
      )}
    </div>
  );
}
