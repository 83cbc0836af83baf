/** Sends one message as CleverTap would, and shows what CleverTap would be answered. */
import { useState } from 'preact/hooks';
import { api, may } from '../../api';
import { Badge, Field, Form, useForm } from '../../parts';
import { href } from '../../router';
import type { Shape } from './set-ups';

interface Outcome {
  request: { method: string; path: string; body: Record<string, string> };
  answer: { status: number; body: Record<string, unknown> };
  messageIds: string[];
}

export function TestSend({ shape }: { shape: Shape }) {
  const form = useForm({ to: '', sender: '' });
  const [outcome, setOutcome] = useState<Outcome>();
  const { to, sender } = form.values;
  const test = (): void =>
    form.send(
      () =>
        api.post('/api/v1/clevertap/test', {
          body: {
            shape,
            ...(to.trim() === '' ? {} : { to: to.trim() }),
            ...(sender.trim() === '' ? {} : { sender: sender.trim() }),
          },
        }),
      setOutcome,
    );
  return (
    <section class="stack" aria-label="Send a test as CleverTap would">
      <h2>4. Or try it without CleverTap</h2>
      {may('send') ? (
        <Form of={form} action="Send a test as CleverTap would" onSubmit={test}>
          <p class="soft small">One record goes the whole way, from this contract to the phone. It is a real message.</p>
          <div class="fields">
            <Field label="To (optional)" help="Without it, your first verified test phone." type="tel" inputMode="tel" {...form.field('to')} />
            <Field label="Sender ID (optional)" {...form.field('sender')} />
          </div>
          <div role="status">{outcome !== undefined && <Said outcome={outcome} />}</div>
        </Form>
      ) : (
        <p>Sending needs the scope “send”.</p>
      )}
    </section>
  ); // prettier-ignore
}

function Said({ outcome: { request, answer, messageIds } }: { outcome: Outcome }) {
  const isTaken = messageIds.length > 0;
  return (
    <div class="stack">
      <p>
        <Badge state={isTaken ? 'taken' : 'refused'} /> CleverTap would be answered {answer.status}.{' '}
        {messageIds.map((id) => (
          <a key={id} href={href(`/messages/${id}`)}>
            See the message
          </a>
        ))}
      </p>
      <details>
        <summary>The request and its answer</summary>
        <pre>{`${request.method} ${request.path}\n${JSON.stringify(request.body, null, 2)}`}</pre>
        <pre>{JSON.stringify(answer.body, null, 2)}</pre>
      </details>
    </div>
  );
}
