import { incoming } from '../../../test/support/incoming';
import { loadPseudonyms, startStore, type TestStore } from '../../../test/support/rows';
import { createIngress, type IncomingMessage, type Ingress } from './ingress';

let store: TestStore;
let ingress: Ingress;
let refusals: unknown[];
beforeAll(async () => {
  store = await startStore();
  ingress = createIngress({
    database: store,
    loadPseudonyms,
    workflows: { startSend: () => Promise.resolve() },
    onError: (error) => void refusals.push(error),
  });
  await store.pool.query(`alter table messages add constraint refuses_poison check (body <> 'poison')`);
});
afterAll(async () => {
  await ingress.stop();
  await store.stop();
});
beforeEach(() => {
  refusals = [];
});

const message = (text: string, over: Partial<IncomingMessage> = {}): IncomingMessage => incoming({ text, ...over });

const request = (...messages: IncomingMessage[]) => ({
  accountId: 'default',
  origin: { shape: 'generic' as const, keyId: 'key_1' },
  hasErasures: false,
  priority: 1,
  messages,
});

/** Texts of stored messages, by id. */
async function textsOf(ids: readonly string[]): Promise<string[]> {
  const { rows } = await store.pool.query<{ id: string; body: string }>(
    'select id, body from messages where id = any($1)',
    [ids],
  );
  return ids.map((id) => rows.find((row) => row.id === id)?.body ?? 'absent');
}

const count = async (): Promise<number> => {
  const { rows } = await store.pool.query<{ n: number }>('select count(*)::int as n from messages');
  return rows[0]!.n;
};

it('a request whose values Postgres refuses fails alone: those of the same moment are committed, once', async () => {
  const before = await count();
  const outcomes = await Promise.allSettled([
    ingress.accept(request(message('in flight'))),
    ingress.accept(request(message('beside 1'))),
    ingress.accept(request(message('poison'))),
    ingress.accept(request(message('beside 2'), message('beside 3'))),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  const ids = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value.map(({ id }) => id) : []));
  expect(await textsOf(ids)).toEqual(['in flight', 'beside 1', 'beside 2', 'beside 3']);
  expect(await count()).toBe(before + 4);
});

it('within a request each message stands by itself', async () => {
  const results = await ingress.acceptEach(
    request(message('first'), message('poison'), message('second'), message('poison')),
  );
  expect(results.map(({ refused }) => refused)).toEqual([undefined, '23514', undefined, '23514']);
  const ids = results.flatMap((result) => (result.refused === undefined ? result.id : []));
  expect(await textsOf(ids)).toEqual(['first', 'second']);
  expect(refusals).toHaveLength(2);
});

it('a repetition of a record is told from it, also when its group was halved', async () => {
  const once = (text: string) => message(text, { meta: 'the same' });
  const [, results] = await Promise.all([
    ingress.accept(request(message('in flight'))),
    ingress.acceptEach(request(once('one'), message('poison'), once('two'), once('one'), message('plain'))),
  ]);
  const [one, poison, two, again] = results;
  expect(poison).toEqual({ refused: '23514' });
  expect(again).toEqual({ ...one, duplicate: true });
  expect(one).toMatchObject({ duplicate: false });
  expect(two).toMatchObject({ duplicate: false });
});

it('a repetition of a refused record is refused like it', async () => {
  const once = message('poison', { meta: 'refused twice' });
  const results = await ingress.acceptEach(request(once, message('good'), once));
  expect(results.map(({ refused }) => refused)).toEqual(['23514', undefined, '23514']);
});
