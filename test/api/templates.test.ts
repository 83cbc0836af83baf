/** `/api/v1/templates`, by status. */
import { auditOf, bearerOf, problemsOf, shapeOf } from '../support/api';
import type { Answer } from '../support/client';
import { joinStack, type SharedStack } from '../support/shared';

let stack: SharedStack;
beforeAll(async () => {
  stack = await joinStack({ worker: false });
});
afterAll(() => stack.stop());

const PATH = '/api/v1/templates';
const DLT = { dltTemplateId: '1107160016156755389', entityId: '1701158123540939524' };

let made = 0;
const draft = (over: object = {}) => ({ name: `template ${++made}`, text: 'Hi {name}', ...over });
const create = (over: object = {}) => stack.call('POST', PATH, draft(over));
const actionsOn = async (id: string): Promise<string[]> => (await auditOf(stack, id)).map(([action]) => action);

test('201: a template is answered with its variables and parts', async () => {
  const text = 'Dear {name|customer}, pay {amount} by {due date}. € {{x}}';
  const { status, json } = await create({ name: 'bill', text, ...DLT, language: 'en' });
  expect(status).toBe(201);
  expect(json).toEqual({
    id: expect.stringMatching(/^tpl_/),
    name: 'bill',
    text,
    variables: ['name', 'amount', 'due date'],
    segments: { encoding: 'gsm7', parts: 1 },
    ...DLT,
    dltText: null,
    language: 'en',
    createdAt: expect.any(String),
  });
  expect(shapeOf('createTemplate', 201).safeParse(json).error).toBeUndefined();
  expect(await actionsOn(json.id)).toEqual(['template.created']);
});

test('201: a text that fits its DLT text', async () => {
  const dltText = 'Dear {#var#}, your OTP is {#var#}. -BRANDA';
  const { status, json } = await create({ text: 'Dear {name}, your OTP is {code}. -BRANDA', dltText });
  expect([status, json.dltText]).toEqual([201, dltText]);
});

test('200: one, all by name page by page, and changes', async () => {
  const { json: a } = await create({ name: 'zz a' });
  const { json: b } = await create({ name: 'zz b', text: 'आप {name}'.repeat(12) });
  expect(b.segments).toEqual({ encoding: 'ucs2', parts: 2 });
  expect((await stack.call('GET', `${PATH}/${a.id}`)).json).toEqual(a);

  const names: string[] = [];
  let cursor: string | null = null;
  do {
    const page: Answer = await stack.call('GET', `${PATH}?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`);
    expect(page.status).toBe(200);
    expect(shapeOf('listTemplates', 200).safeParse(page.json).error).toBeUndefined();
    names.push(...page.json.items.map(({ name }: { name: string }) => name));
    cursor = page.json.nextCursor;
  } while (cursor !== null);
  expect(names).toEqual([...new Set(names)]);
  expect(names.slice(-2)).toEqual(['zz a', 'zz b']);

  const changed = await stack.call('PATCH', `${PATH}/${a.id}`, { text: 'Bye {who}', language: 'de' });
  expect([changed.status, changed.json]).toEqual([
    200,
    { ...a, text: 'Bye {who}', variables: ['who'], language: 'de' },
  ]);
  expect((await stack.call('PATCH', `${PATH}/${a.id}`, {})).json).toEqual(changed.json);
  expect(await actionsOn(a.id)).toEqual(['template.created', 'template.updated']);
});

test('204: deleted, and its name is free again', async () => {
  const { json } = await create({ name: 'gone' });
  expect((await stack.call('DELETE', `${PATH}/${json.id}`)).status).toBe(204);
  expect((await stack.call('GET', `${PATH}/${json.id}`)).status).toBe(404);
  expect(await actionsOn(json.id)).toEqual(['template.created', 'template.deleted']);
  expect((await create({ name: 'gone' })).status).toBe(201);
});

describe('400', () => {
  test.each([
    [{ text: 'Hi {name' }, /^text: at character 4 the brace is not closed/],
    [{ text: 'Hi {}' }, /^text: at character 4 the braces hold no name/],
    [{ text: '' }, /^text: /],
    [{ text: 'x'.repeat(4_001) }, /^text: /],
    [{ text: 'a\u0000b' }, /^text: has a NUL/],
    [{ name: ' ' }, /^name: /],
    [{ dltTemplateId: Number('1107160016156755389') }, /^dltTemplateId: must be a string: a JSON number/],
    [{ entityId: '17011X' }, /^entityId: must be 1 to 30 digits/],
    [{ language: 'not a language' }, /^language: must be a language tag/],
    [{ colour: 'red' }, /^colour: is not a field of this request/],
    [
      { text: 'Hello {name}', dltText: 'Dear {#var#}' },
      /^text: does not fit dltText: at character 1 .*"Hello {…}" .*"Dear "/,
    ],
  ])('%j', async (over, problem) => {
    const answer = await create(over);
    expect([answer.status, answer.json.code]).toEqual([400, 'invalid-request']);
    expect(problemsOf(answer)).toEqual([expect.stringMatching(problem)]);
  });

  test('a change that no longer fits the DLT text changes nothing', async () => {
    const { json } = await create({ text: 'Dear {name}', dltText: 'Dear {#var#}' });
    for (const change of [{ text: 'Hello {name}' }, { dltText: 'Hello {#var#}' }]) {
      const answer = await stack.call('PATCH', `${PATH}/${json.id}`, change);
      expect([answer.status, problemsOf(answer)[0]]).toEqual([400, expect.stringMatching(/^text: does not fit/)]);
    }
    expect((await stack.call('GET', `${PATH}/${json.id}`)).json).toEqual(json);
    expect(await actionsOn(json.id)).toEqual(['template.created']);
    const together = { text: 'Hello {name}', dltText: 'Hello {#var#}' };
    expect((await stack.call('PATCH', `${PATH}/${json.id}`, together)).status).toBe(200);
  });

  test('a body that is no JSON; a cursor that is none', async () => {
    expect((await stack.call('POST', PATH, '{"name":', { 'content-type': 'application/json' })).json.code).toBe(
      'malformed-body',
    );
    for (const cursor of ['nonsense', 'WyJhIiwiYiJd', 'WyJcdTAwMDAiXQ']) {
      const answer = await stack.call('GET', `${PATH}?cursor=${cursor}`);
      expect([answer.status, problemsOf(answer)]).toEqual([400, ['cursor: must be the nextCursor of the page before']]);
    }
  });
});

test('401 and 403: no key, and a key that may only read', async () => {
  expect((await stack.call('GET', PATH, undefined, { authorization: '' })).status).toBe(401);
  const reader = await bearerOf(stack, ['read']);
  const { json } = await create();
  expect((await stack.call('GET', `${PATH}/${json.id}`, undefined, reader)).status).toBe(200);
  for (const [method, path] of [
    ['POST', PATH],
    ['PATCH', `${PATH}/${json.id}`],
    ['DELETE', `${PATH}/${json.id}`],
  ] as const) {
    expect((await stack.call(method, path, {}, reader)).status).toBe(403);
  }
});

test('404: an id that is none, and a template of another account', async () => {
  const { json: account } = await stack.call('POST', '/api/v1/accounts', { name: 'Other' });
  const other = await bearerOf(stack, ['read', 'manage'], { accountId: account.id });
  const { json } = await create();
  for (const id of [json.id, 'tpl_none']) {
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      const answer = await stack.call(method, `${PATH}/${id}`, method === 'PATCH' ? { name: 'x' } : undefined, other);
      expect([method, id, answer.status]).toEqual([method, id, 404]);
    }
  }
  expect((await stack.call('GET', PATH, undefined, other)).json).toEqual({ items: [], nextCursor: null });
});

test('409: a name that the account has; another account may have it too', async () => {
  const { json } = await create({ name: 'taken' });
  expect((await create({ name: ' taken ' })).json).toMatchObject({ status: 409, code: 'name-taken' });
  const { json: second } = await create();
  const renamed = await stack.call('PATCH', `${PATH}/${second.id}`, { name: json.name });
  expect([renamed.status, renamed.json.code]).toEqual([409, 'name-taken']);
  const { json: account } = await stack.call('POST', '/api/v1/accounts', { name: 'Third' });
  const other = { 'x-account-id': account.id };
  expect((await stack.call('POST', PATH, draft({ name: 'taken' }), other)).status).toBe(201);
});

test('409: a template that groups send with can’t be deleted', async () => {
  const { json } = await create();
  const { json: group } = await stack.call('POST', '/api/v1/groups', { name: 'uses it', templateId: json.id });
  const refused = await stack.call('DELETE', `${PATH}/${json.id}`);
  expect([refused.status, refused.json.code, refused.json.groups]).toEqual([409, 'template-in-use', 1]);
  await stack.call('PATCH', `/api/v1/groups/${group.id}`, { templateId: null });
  expect((await stack.call('DELETE', `${PATH}/${json.id}`)).status).toBe(204);
});

test('413: a body over 4 MB', async () => {
  expect((await stack.call('POST', PATH, draft({ text: 'x'.repeat(4 * 1_024 * 1_024) }))).status).toBe(413);
});
