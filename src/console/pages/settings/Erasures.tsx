/** Erasure: forgets a person everywhere, and says what was forgotten. */
import { api, may, type Schemas } from '../../api';
import { ask, Badge, count, EmptyState, Field, Form, PageHead, Pager, Shown, Table, Time, toast, useForm, useLoad, type Column } from '../../parts'; // prettier-ignore
import type { PageProps } from '../../router';
import { SettingsTabs } from './tabs';

type Erasure = Schemas['Erasure'];

export default function Erasures({ query }: PageProps) {
  const cursor = query.get('cursor') ?? undefined;
  const erasures = useLoad((signal) => api.get('/api/v1/erasures', { query: { cursor }, signal }), [cursor]);
  return (
    <>
      <PageHead title="Erasure" sentence={erasures.data === undefined ? ' ' : saying(erasures.data.items)} />
      <SettingsTabs />
      {may('manage') && <Erase onBegun={erasures.reload} />}
      <Shown of={erasures} what="the erasures">
        {({ items, nextCursor }) =>
          items.length === 0 ? (
            <EmptyState title="What erasing does">
              <p>
                When a person asks to be forgotten, their number and texts are erased from messages, requests, lists and
                callbacks. A keyed hash stays, so that a suppression still holds.
              </p>
            </EmptyState>
          ) : (
            <>
              <Table caption="Erasures" rows={items} keyOf={({ id }) => id} columns={COLUMNS} />
              <Pager next={nextCursor} />
            </>
          )
        }
      </Shown>
    </>
  );
}

function saying(items: readonly Erasure[]): string {
  const open = items.filter(({ state }) => state !== 'done').length;
  if (items.length === 0) return 'Nobody was erased yet.';
  return open === 0 ? 'All that was asked for is erased.' : `${open} ${open === 1 ? 'is' : 'are'} under way.`;
}

function Erase({ onBegun }: { onBegun(): void }) {
  const form = useForm({ to: '', meta: '' });
  const to = form.values.to.trim();
  const meta = form.values.meta.trim();
  const erase = async (): Promise<void> => {
    const wanted = await ask({
      title: 'Erase for ever?',
      text:
        to !== ''
          ? `The number ${to}, and every text to it, is erased in this account. What has left is awaited and then erased, too. Nobody can bring it back.`
          : `The record with the meta “${meta}” is erased in this account. Nobody can bring it back.`,
      action: to !== '' ? `Erase ${to}` : `Erase the record “${meta}”`,
      danger: true,
    });
    if (!wanted) return;
    form.send(
      () => api.post('/api/v1/erasures', { body: to !== '' ? { to } : { meta } }),
      () => {
        toast('The erasure is under way; it can be followed below.');
        form.set({ to: '', meta: '' });
        onBegun();
      },
    );
  };
  return (
    <section class="narrow stack" aria-label="Erase a person">
      <h2>Erase a person</h2>
      <Form of={form} action="Erase …" onSubmit={() => void erase()} disabled={(to === '') === (meta === '')}>
        <div class="fields">
          <Field label="Number" type="tel" inputMode="tel" {...form.field('to')} />
          <Field label="Or the meta of one record" {...form.field('meta')} />
        </div>
        {to !== '' && meta !== '' && <p>Give one of them: a number, or a meta.</p>}
      </Form>
    </section>
  );
}

const COLUMNS: readonly Column<Erasure>[] = [
  { title: 'Asked', cell: ({ createdAt }) => <Time at={createdAt} /> },
  { title: 'Of', cell: ({ kind, hash }) => <span>{kind === 'number' ? 'A number' : 'A record'} <code class="soft">{hash.slice(0, 12)}…</code></span> },
  { title: 'State', cell: ({ state }) => <Badge state={state === 'done' ? 'finished' : state} word={state === 'done' ? 'Done' : undefined} /> },
  { title: 'Messages left', number: true, cell: ({ waiting }) => count(waiting) },
  {
    title: 'Erased rows',
    cell: ({ counts }) => Object.entries(counts).filter(([, n]) => n > 0).map(([table, n]) => `${table}: ${count(n)}`).join(', '),
  },
  { title: 'Done', cell: ({ finishedAt }) => <Time at={finishedAt} /> },
]; // prettier-ignore
