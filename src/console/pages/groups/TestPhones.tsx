/** Test phones: numbers that proved that they are at hand. */
import { useState } from 'preact/hooks';
import { api, may, type Schemas } from '../../api';
import { ask, Badge, Button, EmptyState, Field, Form, PageHead, Pager, Shown, Table, Time, toast, toastProblem, useForm, useLoad } from '../../parts'; // prettier-ignore
import { href, type PageProps } from '../../router';
import { GroupTabs } from './tabs';

type Phone = Schemas['TestPhone'];

export default function TestPhones({ query }: PageProps) {
  const cursor = query.get('cursor') ?? undefined;
  const [asked, setAsked] = useState<Phone>();
  const phones = useLoad((signal) => api.get('/api/v1/test-phones', { query: { cursor }, signal }), [cursor]);
  return (
    <>
      <PageHead title="Test phones" sentence={phones.data === undefined ? ' ' : saying(phones.data.items)} />
      <GroupTabs />
      {may('manage') && <AddPhone onAsked={(phone) => (setAsked(phone.verified ? undefined : phone), phones.reload())} />}
      {asked !== undefined && (
        <Verify key={asked.id} phone={asked} onDone={() => (setAsked(undefined), phones.reload())} />
      )}
      <Shown of={phones} what="the test phones">
        {({ items, nextCursor }) =>
          items.length === 0 ? (
            <EmptyState title="No test phone yet">
              <p>Add your own number above: it gets a code, and with the code you show that it is yours.</p>
            </EmptyState>
          ) : (
            <>
              <Table
                caption="Test phones"
                rows={items}
                keyOf={({ id }) => id}
                columns={[
                  { title: 'Number', cell: ({ to }) => to },
                  { title: 'Name', cell: ({ name }) => name },
                  {
                    title: 'State',
                    cell: ({ verified }) => <Badge state={verified ? 'ok' : 'pending'} word={verified ? 'Verified' : 'Waits for its code'} />,
                  },
                  { title: 'Since', cell: ({ verifiedAt, createdAt }) => <Time at={verifiedAt ?? createdAt} /> },
                  {
                    title: 'Actions',
                    cell: (phone) =>
                      may('manage') ? (
                        <span class="row">
                          {!phone.verified && (
                            <Button onClick={() => setAsked(phone)}>
                              Enter the code<span class="unseen"> of {phone.to}</span>
                            </Button>
                          )}
                          <Button kind="quiet" onClick={() => remove(phone, phones.reload)}>
                            Remove<span class="unseen"> {phone.to}</span>
                          </Button>
                        </span>
                      ) : null,
                  },
                ]}
              />
              <Pager next={nextCursor} />
            </>
          )
        }
      </Shown>
    </>
  ); // prettier-ignore
}

function saying(phones: readonly Phone[]): string {
  const verified = phones.filter((phone) => phone.verified).length;
  if (phones.length === 0) return 'Gateways and campaigns can be tried on your own phone first.';
  if (verified === 0) return 'None is verified yet: enter the code that it got.';
  return verified === 1 ? 'One phone is verified for tests.' : `${verified} phones are verified for tests.`;
}

function AddPhone({ onAsked }: { onAsked(phone: Phone): void }) {
  const form = useForm({ to: '', name: '' });
  const add = (): void => {
    const { to, name } = form.values;
    form.send(
      () => api.post('/api/v1/test-phones', { body: { to: to.trim(), name: name.trim() || null } }),
      (phone) => {
        toast(phone.verified ? 'This phone is verified already.' : `A code is on its way to ${phone.to}.`);
        form.set({ to: '', name: '' });
        onAsked(phone);
      },
    );
  };
  return (
    <Form of={form} action="+ Send it a code" onSubmit={add} disabled={form.values.to.trim() === ''}>
      <div class="fields">
        <Field label="Phone number" help="With or without “+”, such as +886 911 960 999 or 886911960999." type="tel" inputMode="tel" {...form.field('to')} />
        <Field label="Name (optional)" {...form.field('name')} />
      </div>
    </Form>
  ); // prettier-ignore
}

function Verify({ phone, onDone }: { phone: Phone; onDone(): void }) {
  const form = useForm({ code: '' });
  const verify = (): void =>
    form.send(
      () =>
        api.post('/api/v1/test-phones/{id}/verify', {
          params: { id: phone.id },
          body: { code: form.values.code.trim() },
        }),
      () => {
        toast(`${phone.name ?? phone.to} is verified.`);
        onDone();
      },
    );
  return (
    <section class="narrow stack" aria-label="Verify">
      <h2>The code that {phone.to} got</h2>
      <Form of={form} action="Verify" onSubmit={verify} disabled={form.values.code.trim() === ''}>
        <Field
          label="Verification code"
          help="Six digits, good for 10 minutes and 5 tries. For a new one, send it to the same number again."
          inputMode="numeric"
          autocomplete="one-time-code"
          maxLength={6}
          autofocus
          {...form.field('code')}
        />
      </Form>
      <p>
        No code? <a href={href('/find')}>Find</a> tells what became of the message to this number.
      </p>
    </section>
  );
}

async function remove({ id, to, name }: Phone, done: () => void): Promise<void> {
  const wanted = await ask({
    title: `Remove ${name ?? to}?`,
    text: 'To use it again, it has to be verified by a new code.',
    action: `Remove ${name ?? to}`,
    danger: true,
  });
  if (!wanted) return;
  const result = await api.delete('/api/v1/test-phones/{id}', { params: { id } });
  if (!result.ok) return toastProblem(result.problem);
  toast(`${name ?? to} is removed.`);
  done();
}
