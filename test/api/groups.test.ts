/** `/api/v1/groups` and their members, by status. */
import { insertGroupMembers, lockGroup, listGroupRecipients } from '../../src/store/audience/groups';
import { auditOf, bearerOf, problemsOf, shapeOf } from '../support/api';
import type { Answer } from '../support/client';
import { joinStack, type SharedStack } from '../support/shared';
import { until } from '../support/until';

let stack: SharedStack;
beforeAll(async () => {
  stack = await joinStack({ worker: false });
});
afterAll(() => stack.stop());

const PATH = '/api/v1/groups';

const create = (over: object = {}) => stack.call('POST', PATH, { name: 'people', ...over });
const newGroup = async (): Promise<string> => (await create()).json.id;
const add = (id: string, body: unknown, headers = {}) => stack.call('POST', `${PATH}/${id}/members`, body, headers);
const numbersOf = async (id: string, limit = 500): Promise<string[]> => {
  const numbers: string[] = [];
  let cursor: string | null = null;
  do {
    const where = `${PATH}/${id}/members?limit=${limit}${cursor === null ? '' : `&cursor=${cursor}`}`;
    const page: Answer = await stack.call('GET', where);
    expect(shapeOf('listMembers', 200).safeParse(page.json).error).toBeUndefined();
    numbers.push(...page.json.items.map(({ to }: { to: string }) => to));
    cursor = page.json.nextCursor;
  } while (cursor !== null);
  return numbers;
};
const countOf = async (id: string): Promise<number> => (await stack.call('GET', `${PATH}/${id}`)).json.members;
/** +919800000000 and up. */
const number = (n: number): string => `+9198000${String(n).padStart(5, '0')}`;

describe('groups', () => {
  test('201: a group is Critical unless it says otherwise', async () => {
    const { status, json } = await create({ name: 'on call' });
    expect([status, json]).toEqual([
      201,
      {
        id: expect.stringMatching(/^grp_/),
        name: 'on call',
        level: 'Critical',
        templateId: null,
        sender: null,
        routeId: null,
        gatewayId: null,
        description: null,
        members: 0,
        createdAt: expect.any(String),
      },
    ]);
    expect(shapeOf('createGroup', 201).safeParse(json).error).toBeUndefined();
    expect(await auditOf(stack, json.id)).toEqual([['group.created', { name: 'on call' }]]);
  });

  test('200: one, all page by page though they share a name, and changes', async () => {
    const ids = [await newGroup(), await newGroup(), await newGroup()];
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Answer = await stack.call('GET', `${PATH}?limit=1${cursor === null ? '' : `&cursor=${cursor}`}`);
      expect(shapeOf('listGroups', 200).safeParse(page.json).error).toBeUndefined();
      seen.push(...page.json.items.map(({ id }: { id: string }) => id));
      cursor = page.json.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual([...new Set(seen)]);
    expect(seen).toEqual(expect.arrayContaining(ids));

    const { json: gateways } = await stack.call('GET', '/api/v1/gateways');
    const { json: template } = await stack.call('POST', '/api/v1/templates', { name: 'alert', text: '{what}' });
    const change = { level: 'Info', templateId: template.id, sender: 'BRANDA', gatewayId: gateways.items[0].id };
    const changed = await stack.call('PATCH', `${PATH}/${ids[0]}`, change);
    expect([changed.status, changed.json]).toEqual([200, expect.objectContaining({ name: 'people', ...change })]);
    expect((await stack.call('GET', `${PATH}/${ids[0]}`)).json).toEqual(changed.json);
    expect((await stack.call('PATCH', `${PATH}/${ids[0]}`, {})).json).toEqual(changed.json);
    expect((await auditOf(stack, ids[0]!)).slice(1)).toEqual([['group.updated', { changed: Object.keys(change) }]]);
  });

  test('204: a group goes with its members', async () => {
    const id = await newGroup();
    await add(id, { to: number(1) });
    expect((await stack.call('DELETE', `${PATH}/${id}`)).status).toBe(204);
    expect((await stack.call('GET', `${PATH}/${id}`)).status).toBe(404);
    expect(await listGroupRecipients(stack.database.pool, id, 0, 10)).toEqual([]);
    expect((await auditOf(stack, id)).at(-1)).toEqual(['group.deleted', { name: 'people', members: 1 }]);
  });

  test.each([
    [{ name: '' }, /^name: /],
    [{ level: 'critical' }, /^level: /],
    [{ templateId: 'tpl_none' }, /^templateId: names no template of this account/],
    [{ gatewayId: 'gw_none' }, /^gatewayId: names no gateway of this account/],
    [{ sender: 'S'.repeat(35) }, /^sender: /],
    [{ webhook: 'x' }, /^webhook: is not a field/],
  ])('400: %j', async (over, problem) => {
    const created = await create(over);
    const changed = await stack.call('PATCH', `${PATH}/${await newGroup()}`, over);
    for (const answer of [created, changed]) {
      expect([answer.status, problemsOf(answer)]).toEqual([400, [expect.stringMatching(problem)]]);
    }
  });

  test('401 and 403: no key, and a key that may only read', async () => {
    const id = await newGroup();
    expect((await stack.call('GET', PATH, undefined, { authorization: '' })).status).toBe(401);
    const reader = await bearerOf(stack, ['read']);
    for (const [method, path] of [
      ['POST', PATH],
      ['PATCH', `${PATH}/${id}`],
      ['DELETE', `${PATH}/${id}`],
      ['POST', `${PATH}/${id}/members`],
      ['DELETE', `${PATH}/${id}/members/1`],
    ] as const) {
      expect((await stack.call(method, path, {}, reader)).status).toBe(403);
    }
  });

  test('404: everything of another account', async () => {
    const id = await newGroup();
    const { json: member } = await add(id, { to: number(1) });
    const { json: template } = await stack.call('POST', '/api/v1/templates', { name: 'mine', text: 'x' });
    const { json: account } = await stack.call('POST', '/api/v1/accounts', { name: 'Other' });
    const other = await bearerOf(stack, ['read', 'manage'], { accountId: account.id });
    for (const group of [id, 'grp_none']) {
      for (const [method, path, body] of [
        ['GET', ''],
        ['PATCH', '', { name: 'x' }],
        ['DELETE', ''],
        ['GET', '/members'],
        ['POST', '/members', { to: number(2) }],
        ['POST', '/members', { members: [{ to: number(2) }] }],
        ['DELETE', `/members/${member.id}`],
      ] as const) {
        const answer = await stack.call(method, `${PATH}/${group}${path}`, body, other);
        expect([method, group, path, answer.status]).toEqual([method, group, path, 404]);
      }
    }
    const foreign = await stack.call('POST', PATH, { name: 'x', templateId: template.id }, other);
    expect([foreign.status, problemsOf(foreign)[0]]).toEqual([400, expect.stringMatching(/^templateId: names no/)]);
    expect(await numbersOf(id)).toEqual([number(1)]);
  });
});

describe('members', () => {
  test('201: one; its number is read in the account’s country, and masked for a key that may only read', async () => {
    const id = await newGroup();
    const { status, json } = await add(id, { to: '98000 00001', name: 'Asha', variables: { city: 'Pune', age: 41 } });
    expect([status, json]).toEqual([
      201,
      {
        id: expect.stringMatching(/^\d+$/),
        to: '+919800000001',
        name: 'Asha',
        variables: { city: 'Pune', age: '41' },
        createdAt: expect.any(String),
      },
    ]);
    expect(shapeOf('addMembers', 201).safeParse(json).error).toBeUndefined();
    const { json: page } = await stack.call('GET', `${PATH}/${id}/members`, undefined, await bearerOf(stack, ['read']));
    expect(page.items).toEqual([{ ...json, to: '+9198******01' }]);
    expect((await auditOf(stack, id)).at(-1)).toEqual(['group.members-added', { added: 1 }]);
  });

  test('200: a list adds what it can, counts duplicates, and rejects bad ones alone', async () => {
    const id = await newGroup();
    await add(id, { to: number(1) });
    const { status, json } = await add(id, {
      members: [
        { to: number(3) },
        { to: '9800000001' },
        { to: 'nobody' },
        { to: number(2), variables: { name: 'Ravi' }, name: 'R.' },
        { to: number(3), name: 'again' },
        { name: 'no number' },
        'no object',
        { to: number(4), colour: 'red' },
        { to: number(5), name: 'n'.repeat(101) },
        { to: number(6), variables: { a: { b: 1 } } },
        { to: number(7), variables: { a: '\u0000' } },
      ],
    });
    expect([status, json.added, json.duplicates]).toEqual([200, 2, 2]);
    expect(json.rejected.map((one: Record<string, unknown>) => `${one.index} ${one.code} ${one.field}`)).toEqual([
      '2 invalid-number to',
      '5 missing to',
      '6 invalid-type member',
      '7 invalid-type colour',
      '8 too-long name',
      '9 invalid-type variables.a',
      '10 invalid-type variables.a',
    ]);
    expect(shapeOf('addMembers', 200).safeParse(json).error).toBeUndefined();
    expect(await numbersOf(id, 2)).toEqual([number(1), number(3), number(2)]);
    expect(await countOf(id)).toBe(3);
    expect((await auditOf(stack, id)).at(-1)).toEqual(['group.members-added', { added: 2 }]);
  });

  test('200: a list of duplicates only changes nothing', async () => {
    const id = await newGroup();
    await add(id, { to: number(1) });
    const again = await add(id, { members: [{ to: number(1) }] });
    expect([again.status, again.json]).toEqual([200, { added: 0, duplicates: 1, rejected: [] }]);
    expect(await auditOf(stack, id)).toHaveLength(2);
  });

  test('200: lists that come at once with the same numbers add each number once', async () => {
    const id = await newGroup();
    const numbers = Array.from({ length: 200 }, (_, n) => ({ to: number(n) }));
    const answers = await Promise.all(
      [numbers, [...numbers].reverse(), numbers, [...numbers].reverse()].map((members) => add(id, { members })),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(answers.reduce((sum, { json }) => sum + json.added, 0)).toBe(200);
    expect(await countOf(id)).toBe(200);
    expect(new Set(await numbersOf(id)).size).toBe(200);
  });

  test('201: a member that waited for others comes after them, so that no reader passes over it', async () => {
    const id = await newGroup();
    const { db, pool } = stack.database;
    let waiting: Promise<Answer> | undefined;
    await db.transaction().execute(async (tx) => {
      await lockGroup(tx, stack.accountId, id);
      waiting = add(id, { to: number(2) });
      await until('the request waits', async () => {
        const waits = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
        return (await pool.query(waits)).rowCount === 1;
      });
      await insertGroupMembers(tx, id, [{ msisdn: number(1), name: null, variables: {} }]);
    });
    expect((await waiting)!.status).toBe(201);
    expect(await numbersOf(id)).toEqual([number(1), number(2)]);
  });

  test('204: taken out, once', async () => {
    const id = await newGroup();
    const { json: first } = await add(id, { to: number(1) });
    await add(id, { to: number(2) });
    const { json: elsewhere } = await add(await newGroup(), { to: number(1) });
    const remove = (member: string) => stack.call('DELETE', `${PATH}/${id}/members/${member}`);
    expect((await remove(elsewhere.id)).status).toBe(404);
    expect((await remove('none')).status).toBe(404);
    expect((await remove(first.id)).status).toBe(204);
    expect((await remove(first.id)).status).toBe(404);
    expect([await numbersOf(id), await countOf(id)]).toEqual([[number(2)], 1]);
    expect((await add(id, { to: number(1) })).status).toBe(201);
    expect(await auditOf(stack, id)).toContainEqual(['group.member-deleted', { memberId: first.id }]);
  });

  test.each([
    [{ to: '12' }, /^to: the number has an impossible length/],
    [{ to: 919800000001 }, /^to: /],
    [{}, /^to: /],
    [{ to: '9800000001', variables: { a: 12345678901234567890 } }, /^variables.a: /],
    [{ members: [] }, /^members: must have at least one/],
    [{ members: [], to: '9800000001' }, /^to: is not a field/],
    [{ members: [{ to: 'x' }] }, /^members\[0\].to: can’t be read/],
  ])('400: %j', async (body, problem) => {
    const answer = await add(await newGroup(), body);
    expect([answer.status, problemsOf(answer)]).toEqual([400, [expect.stringMatching(problem)]]);
  });

  test('400: a cursor that is none', async () => {
    for (const cursor of ['nonsense', 'WyJhIl0']) {
      const answer = await stack.call('GET', `${PATH}/${await newGroup()}/members?cursor=${cursor}`);
      expect([answer.status, problemsOf(answer)]).toEqual([400, ['cursor: must be the nextCursor of the page before']]);
    }
  });

  test('400: a list of which nothing can be read is answered with the same counts', async () => {
    const { status, json } = await add(await newGroup(), { members: [{ to: 'x' }, { to: '' }] });
    expect([status, json.added, json.duplicates, json.rejected.length]).toEqual([400, 0, 0, 2]);
  });

  test('409: a number is in a group once, however it is spelled', async () => {
    const id = await newGroup();
    await add(id, { to: number(1) });
    const again = await add(id, { to: '09800000001', name: 'again' });
    expect([again.status, again.json.code]).toEqual([409, 'member-exists']);
    expect(await countOf(id)).toBe(1);
  });

  test('413: more than 5,000 at once', async () => {
    const members = Array.from({ length: 5_001 }, (_, n) => ({ to: number(n) }));
    const id = await newGroup();
    expect((await add(id, { members })).json).toMatchObject({ status: 413, code: 'too-many-records' });
    expect((await add(id, { members: members.slice(1) })).json.added).toBe(5_000);
  });
});

test('a group is an audience, block by block: a member’s name is a variable too', async () => {
  const id = await newGroup();
  await add(id, {
    members: [
      { to: number(1), name: 'Asha' },
      { to: number(2), name: 'R.', variables: { name: 'Ravi', city: 'Pune' } },
      { to: number(3) },
    ],
  });
  const { pool } = stack.database;
  const first = await listGroupRecipients(pool, id, 0, 2);
  expect(first).toEqual([
    { position: expect.any(Number), msisdn: number(1), meta: null, variables: { name: 'Asha' } },
    { position: expect.any(Number), msisdn: number(2), meta: null, variables: { name: 'Ravi', city: 'Pune' } },
  ]);
  const second = await listGroupRecipients(pool, id, first[1]!.position, 2);
  expect(second).toEqual([{ position: expect.any(Number), msisdn: number(3), meta: null, variables: {} }]);
  expect(await listGroupRecipients(pool, id, second[0]!.position, 2)).toEqual([]);
});
