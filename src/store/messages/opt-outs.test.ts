import { randomUUID } from 'node:crypto';
import {
  ACCOUNT,
  claimBlock,
  numberHash,
  PSEUDONYMS,
  startStore,
  storeGateway,
  storeSlice,
  type TestStore,
} from '../../../test/support/rows';
import type { SuppressedClasses } from '../../core/messages/suppression';
import { isPromotional, PROMOTIONAL_WORDS } from '../../core/messages/service';
import { readDispatchRules } from '../gateways/senders';
import { settleSuppressed, storeInbound, type InboundDraft } from './opt-outs';
import {
  deleteSuppression,
  insertSuppression,
  isSuppressed,
  listConsents,
  listSuppressions,
  readOptOutSettings,
} from './suppressions';

let store: TestStore;
let gateway: string;
beforeAll(async () => {
  store = await startStore();
  gateway = (await storeGateway(store)).id;
});
afterAll(() => store.stop());

let numbers = 0;
const phone = (): string => `+91980000${String(1_000 + numbers++)}`;
let texts = 0;

/** A text without id and time unless `over` says so. */
function said(msisdn: string, meaning: InboundDraft['meaning'], over: Partial<InboundDraft> = {}): InboundDraft {
  const body = over.body ?? { stop: 'STOP', start: 'START', reply: 'Hello' }[meaning];
  return {
    dedupe: Buffer.from(`${over.accountId} ${msisdn} ${body}`),
    toldApart: false,
    accountId: ACCOUNT,
    gatewayId: gateway,
    msisdn,
    numberHash: numberHash(msisdn),
    toNumber: null,
    body,
    meaning,
    receivedAt: null,
    proof: 'secret',
    evidence: { gatewayId: gateway, word: body, language: 'en' },
    ...over,
  };
}
/** The same text as one with an id of its own. */
const withId = (draft: InboundDraft): InboundDraft => ({
  ...draft,
  toldApart: true,
  dedupe: Buffer.from(`text ${texts++}`),
});
const say = (...drafts: InboundDraft[]) => storeInbound(store.pool, drafts, PSEUDONYMS);

async function account(over: { scope?: 'account' | 'deployment'; classes?: SuppressedClasses } = {}): Promise<string> {
  const id = `acc_${numbers++}`;
  await store.db
    .insertInto('accounts')
    .values({ id, name: id, opt_out_scope: over.scope, opt_out_classes: over.classes })
    .execute();
  return id;
}
const suppressed = (msisdn: string, promotional = false, accountId = ACCOUNT) =>
  isSuppressed(store.db, PSEUDONYMS, accountId, msisdn, promotional);
const consentsOf = async (msisdn: string, accountId = ACCOUNT) =>
  (await listConsents(store.db, { accountId, numberHash: numberHash(msisdn), limit: 100 })).reverse();
const stored = async (msisdn: string): Promise<number> => {
  const { rows } = await store.pool.query<{ n: number }>(
    'select count(*)::int as n from inbound_texts where msisdn = $1',
    [msisdn],
  );
  return rows[0]!.n;
};

describe('a text that has neither an id nor a time', () => {
  it('STOP, START, STOP: each counts', async () => {
    const to = phone();
    for (const [meaning, expected] of [['stop', true], ['start', false], ['stop', true], ['start', false]] as const) {
      await say(said(to, meaning));
      expect(await suppressed(to)).toBe(expected);
    } // prettier-ignore
    expect((await consentsOf(to)).map(({ kind }) => kind)).toEqual(['opt-out', 'opt-in', 'opt-out', 'opt-in']);
  });

  it('in one callback they are taken in their order', async () => {
    const to = phone();
    const other = phone();
    await say(said(to, 'stop'), said(other, 'stop'), said(to, 'start'), said(to, 'stop'), said(other, 'start'));
    expect([await suppressed(to), await suppressed(other)]).toEqual([true, false]);
  });

  it('is the same again as long as nothing else came from that number', async () => {
    const to = phone();
    await say(said(to, 'reply'));
    await say(said(to, 'reply'));
    expect(await stored(to)).toBe(1);
    await say(said(to, 'reply', { body: 'Other' }));
    await say(said(to, 'reply'));
    expect(await stored(to)).toBe(3);
  });

  it('ends the window over whatever gateway of the account something else came', async () => {
    const to = phone();
    const other = (await storeGateway(store)).id;
    await say(said(to, 'stop'));
    await say(withId(said(to, 'start', { gatewayId: other })));
    await say(said(to, 'stop'));
    expect([await stored(to), await suppressed(to)]).toEqual([3, true]);
  });

  it('is another one a day later', async () => {
    const to = phone();
    await say(said(to, 'reply'));
    await store.pool.query(`update inbound_texts set stored_at = now() - interval '25 hours' where msisdn = $1`, [to]);
    await say(said(to, 'reply'));
    expect(await stored(to)).toBe(2);
  });

  it('STOP again counts though a person lifted the first in between', async () => {
    const to = phone();
    await say(said(to, 'stop'));
    const [row] = await listSuppressions(store.db, { accountId: ACCOUNT, msisdns: [to], limit: 1 });
    await store.db
      .transaction()
      .execute((tx) =>
        deleteSuppression(tx, { accountId: ACCOUNT, id: row!.id, keyId: 'k1', numberHash: numberHash(row!.msisdn) }),
      );
    expect(await suppressed(to)).toBe(false);
    await say(said(to, 'stop'));
    expect([await stored(to), await suppressed(to)]).toEqual([1, true]);
  });

  it('that comes twice at the same moment is stored once', async () => {
    const to = phone();
    await Promise.all(Array.from({ length: 4 }, () => say(said(to, 'stop'))));
    expect([await stored(to), (await consentsOf(to)).length]).toEqual([1, 1]);
  });
});

it('a text with an id is the same again however much came in between', async () => {
  const to = phone();
  const stop = withId(said(to, 'stop'));
  await say(stop);
  await say(withId(said(to, 'start')));
  await say(stop);
  expect([await suppressed(to), await stored(to)]).toEqual([false, 2]);
});

describe('START', () => {
  it('lifts nothing when nobody can say who sent it, and that is written down', async () => {
    const to = phone();
    await say(said(to, 'stop', { proof: null }));
    await say(said(to, 'start', { proof: null }));
    expect(await suppressed(to)).toBe(true);
    expect(await consentsOf(to)).toMatchObject([
      { kind: 'opt-out', counted: true },
      { kind: 'opt-in', counted: false },
    ]);
  });

  it.each([['person', true], ['import', true], ['inbound', false], ['provider', false], ['opt-out', false], ['manual', true]] as const)(
    'what came by %s stays: %s',
    async (source, stays) => {
      const to = phone();
      await store.db.insertInto('suppressions').values({ account_id: ACCOUNT, msisdn: to, source }).execute();
      await say(said(to, 'start'));
      expect(await suppressed(to)).toBe(stays);
    },
  ); // prettier-ignore

  it('that was said before the STOP, and comes late, lifts nothing', async () => {
    const to = phone();
    const at = (minute: number) => ({ receivedAt: new Date(Date.UTC(2026, 7, 1, 10, minute)) });
    await say(withId(said(to, 'stop', at(5))));
    await say(withId(said(to, 'start', at(4))));
    expect(await suppressed(to)).toBe(true);
    await say(withId(said(to, 'start', at(5))));
    expect(await suppressed(to)).toBe(false);
  });
});

describe('scope', () => {
  it('account: the neighbour’s messages go on; deployment: a STOP to one counts in all of that scope, and so does START', async () => {
    const [a, b, apart] = [
      await account({ scope: 'deployment' }),
      await account({ scope: 'deployment' }),
      await account(),
    ];
    const to = phone();
    await say(said(to, 'stop', { accountId: a }));
    const everywhere = () => Promise.all([a, b, apart].map((id) => suppressed(to, false, id)));
    expect(await everywhere()).toEqual([true, true, false]);
    await say(said(to, 'start', { accountId: apart }));
    expect(await everywhere()).toEqual([true, true, false]);
    await say(said(to, 'start', { accountId: b }));
    expect(await everywhere()).toEqual([false, false, false]);
    expect((await consentsOf(to, a)).map(({ kind }) => kind)).toEqual(['opt-out', 'opt-in']);
    expect(JSON.stringify((await consentsOf(to, a))[1]!.evidence)).not.toContain(gateway);
    await say(said(to, 'stop', { accountId: apart }));
    expect(await everywhere()).toEqual([false, false, true]);
  });

  it('an account that takes up the scope brings its opt-outs, and takes them along when it leaves', async () => {
    const [a, b] = [await account({ scope: 'deployment' }), await account()];
    const to = phone();
    await say(said(to, 'stop', { accountId: b }));
    expect(await suppressed(to, false, a)).toBe(false);
    await store.pool.query(`update accounts set opt_out_scope = 'deployment' where id = $1`, [b]);
    expect(await suppressed(to, false, a)).toBe(true);
    await store.pool.query(`update accounts set opt_out_scope = 'account' where id = $1`, [b]);
    expect([await suppressed(to, false, a), await suppressed(to, false, b)]).toEqual([false, true]);
  });
});

describe('class', () => {
  it('promotional: what is not promotional passes; a STOP for all that comes later stops all', async () => {
    const id = await account({ classes: 'promotional' });
    const to = phone();
    await say(said(to, 'stop', { accountId: id }));
    expect([await suppressed(to, true, id), await suppressed(to, false, id)]).toEqual([true, false]);
    await store.pool.query(`update accounts set opt_out_classes = 'all' where id = $1`, [id]);
    await say(withId(said(to, 'stop', { accountId: id })));
    expect(await suppressed(to, false, id)).toBe(true);
  });

  it('a person changes it in both directions', async () => {
    const to = phone();
    const draft = { accountId: ACCOUNT, msisdn: to, numberHash: numberHash(to), reason: 'asked', keyId: null };
    const put = (classes?: SuppressedClasses, reason?: string) =>
      store.db.transaction().execute((tx) => insertSuppression(tx, { ...draft, classes, reason }));
    const first = await put(undefined, 'asked');
    expect(first).toMatchObject({ classes: 'all', reason: 'asked', source: 'person' });
    expect(await put('promotional')).toMatchObject({ id: first.id, classes: 'promotional', reason: 'asked' });
    expect(await put('all', 'again')).toMatchObject({ id: first.id, classes: 'all', reason: 'again' });
  });

  it.each([...PROMOTIONAL_WORDS, 'p', 'Promo', 'T', 'S', 'OTP'])(
    'the claim leaves a message of service %s where it is promotional',
    async (service) => {
      const to = phone();
      await store.db
        .insertInto('suppressions')
        .values({ account_id: ACCOUNT, msisdn: to, source: 'inbound', classes: 'promotional' })
        .execute();
      const promotional = isPromotional(service);
      const { sliceId } = await storeSlice(store.pool, 2, { msisdn: to, service });
      const claimed = await claimBlock(store.pool, sliceId, gateway, { claim: randomUUID() });
      expect(claimed).toHaveLength(promotional ? 0 : 2);
      const { optOuts } = await readDispatchRules(store.pool, ACCOUNT);
      await settleSuppressed(store.pool, sliceId, optOuts);
      const { rows } = await store.pool.query<{ suppressed: number }>('select suppressed from slices where id = $1', [
        sliceId,
      ]);
      expect(rows).toEqual([{ suppressed: promotional ? 2 : 0 }]);
    },
  );
});

it('the claim, and what is settled, know the opt-outs of the scope', async () => {
  const [a, b] = [await account({ scope: 'deployment' }), await account({ scope: 'deployment' })];
  const to = phone();
  await say(said(to, 'stop', { accountId: b }));
  const { sliceId } = await storeSlice(store.pool, 1, { msisdn: to, accountId: a }, { accountId: a });
  const { optOuts } = await readDispatchRules(store.pool, a);
  expect(optOuts.shared).toBe(true);
  expect(await claimBlock(store.pool, sliceId, gateway, { optOuts, claim: randomUUID() })).toHaveLength(0);
  expect(
    await claimBlock(store.pool, sliceId, gateway, { optOuts: { ...optOuts, shared: false }, claim: randomUUID() }),
  ).toHaveLength(1);
});

it('the record of consents tells who, when and how, and holds no number', async () => {
  const to = phone();
  const receivedAt = new Date('2026-08-01T10:00:00Z');
  await say(withId(said(to, 'stop', { receivedAt })));
  const [row] = await listSuppressions(store.db, { accountId: ACCOUNT, msisdns: [to], limit: 1 });
  await store.db
    .transaction()
    .execute((tx) =>
      deleteSuppression(tx, { accountId: ACCOUNT, id: row!.id, keyId: 'k1', numberHash: numberHash(row!.msisdn) }),
    );
  const consents = await consentsOf(to);
  expect(consents).toMatchObject([
    { kind: 'opt-out', source: 'inbound', classes: 'all', at: receivedAt, key_id: null,
      evidence: { gatewayId: gateway, word: 'STOP', language: 'en' } },
    { kind: 'opt-in', source: 'person', key_id: 'k1', evidence: { suppressionId: row!.id, source: 'inbound' } },
  ]); // prettier-ignore
  expect(JSON.stringify(consents)).not.toContain(to.slice(3));
});

it('an account’s words and countries are read together', async () => {
  await store.pool.query(
    `insert into accounts (id, name, default_country, windows, opt_out_words, opt_in_words)
     values ('acc_words', 'W', 'DE', '[{"country":"FR","start":"08:00","end":"20:00","timezone":"Europe/Paris"}]',
             '{GENUG}', '{JA}')`,
  );
  expect(await readOptOutSettings(store.db, 'acc_words')).toEqual({
    countries: ['DE', 'FR'],
    words: ['GENUG'],
    optInWords: ['JA'],
  });
});
