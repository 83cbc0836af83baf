import { AppError, type ErrorCode } from '../../errors';
import { MAX_RECORDS, genericRecords, nodeRecords } from './records';

const values = (body: unknown) => genericRecords(body).map((record) => record.values);

/** The code and fields of the error that a body gets. */
function refusal(read: (body: unknown) => unknown, body: unknown): { code: ErrorCode; fields: string[] } {
  try {
    read(body);
  } catch (error) {
    if (error instanceof AppError) {
      return { code: error.code, fields: (error.options.problems ?? []).map(({ field }) => field) };
    }
    throw error;
  }
  throw new Error('the body was accepted');
}

describe('genericRecords', () => {
  it('one record', () => {
    expect(values({ to: '1', body: 'x' })).toEqual([{ to: '1', text: 'x' }]);
  });

  it('an array under any key, with globals before and after it', () => {
    const body = JSON.parse('{"from":"A","anything":[{"to":"1"},{"to":"2","from":"B"}],"body":"x"}') as object;
    expect(values(body)).toEqual([
      { to: '1', sender: 'A', text: 'x' },
      { to: '2', sender: 'B', text: 'x' },
    ]);
  });

  it('a record overrides a global under whatever name it has there', () => {
    expect(values({ sender: 'GLOBAL', msgs: [{ to: '1', source: 'OWN' }] })).toEqual([{ to: '1', sender: 'OWN' }]);
  });

  it('an age beside the records holds for each that says nothing of that kind', () => {
    const validUntil = '2026-08-01 10:00';
    const msgs = [{ to: '1' }, { to: '2', max_age_seconds: 60 }, { to: '3', valid_until: '2026-08-02 10:00' }];
    expect(values({ maxAgeSeconds: 300, validUntil, msgs })).toEqual([
      { to: '1', maxAgeSeconds: 300, validUntil },
      { to: '2', maxAgeSeconds: 60, validUntil },
      { to: '3', maxAgeSeconds: 300, validUntil: '2026-08-02 10:00' },
    ]);
  });

  it('keeps unknown keys of both, the record’s before the global’s', () => {
    const [record] = genericRecords({ hid: 'H', seq: 0, msgs: [{ to: '1', seq: 7 }] });
    expect(record!.extra).toEqual({ hid: 'H', seq: 7 });
  });

  it('a bare array', () => {
    expect(values([{ to: '1' }, { to: '2' }])).toEqual([{ to: '1' }, { to: '2' }]);
  });

  it('an array of strings is a value, not records', () => {
    const [record, ...others] = genericRecords({ to: '1', body: 'x', variables: ['Asha', '42'] });
    expect(others).toEqual([]);
    expect(record).toMatchObject({ values: { to: '1', text: 'x', variables: ['Asha', '42'] } });
  });

  it('template variables beside the records, or in them, do not hide them', () => {
    expect(values({ variables: ['a'], msgs: [{ to: '1' }] })).toEqual([{ to: '1', variables: ['a'] }]);
    expect(values({ variables: [], msgs: [{ to: '1', variables: ['b'] }] })).toEqual([{ to: '1', variables: ['b'] }]);
  });

  it('a single record without template variables is still a record', () => {
    expect(values({ to: '1', body: 'x', variables: [] })).toEqual([{ to: '1', text: 'x', variables: [] }]);
  });

  it.each<[string, object, unknown[]]>([
    ['variables in a record', { to: '1', body: 'x', templateVariables: [{ k: 'a' }, { k: 'b' }] }, ['1']],
    ['variables that look like texts', { to: '1', body: 'x', parameters: [{ type: 'text', text: 'a' }] }, ['1']],
    ['contacts in a record', { to: '1', body: 'x', support: [{ phone: '2' }, { phone: '3' }] }, ['1']],
    ['other objects before the records', { tags: [{ k: 'a' }], msgs: [{ to: '1' }, { to: '2' }] }, ['1', '2']],
    ['texts before the records', { parts: [{ text: 'a' }], msgs: [{ to: '1' }] }, ['1']],
    ['objects after them', { msgs: [{ mobile: 1 }], tags: [{ k: 'a' }] }, [1]],
    [
      'records that name texts alone',
      { tags: [{ k: 'a' }], msgs: [{ body: 'x' }, { body: 'y' }] },
      [undefined, undefined],
    ],
    ['a blank number beside the records', { to: ' ', msgs: [{ to: '1' }] }, ['1']],
    ['no record at all', { tags: [{ k: 'a' }] }, [undefined]],
  ])('an array is the records only if its objects name a number or a text: %s', (_, body, numbers) => {
    expect(values(body).map(({ to }) => to)).toEqual(numbers);
  });

  it('a name in two spellings: numbers are both meant, of anything else one value is', () => {
    const [record] = genericRecords({ To: '1', to: '2', Text: 'x', text: 'x' });
    expect(record).toMatchObject({ values: { to: '1,2', text: 'x' } });
    expect(record).not.toHaveProperty('repeated');
    expect(genericRecords({ to: '2', Text: 'x', text: 'y' })[0]).toMatchObject({ repeated: 'text' });
  });

  it('what is no object among records becomes an empty one, so that it is rejected at its own index', () => {
    expect(values({ list: [{ to: '1' }, 'two', null, ['three']] })).toEqual([{ to: '1' }, {}, {}, {}]);
  });

  it.each([
    ['an empty array', { list: [] }, { code: 'invalid-request', fields: ['list'] }],
    ['an empty bare array', [], { code: 'invalid-request', fields: ['the body'] }],
    ['a string', 'hello', { code: 'invalid-request', fields: ['body'] }],
    ['a number', 7, { code: 'invalid-request', fields: ['body'] }],
    ['null', null, { code: 'invalid-request', fields: ['body'] }],
  ])('refuses %s', (_, body, expected) => {
    expect(refusal(genericRecords, body)).toEqual(expected);
  });

  it('takes 5,000 records and refuses one more', () => {
    const list = (length: number) => Array.from({ length }, (_, i) => ({ to: String(i) }));
    expect(MAX_RECORDS).toBe(5_000);
    expect(genericRecords({ list: list(5_000) })).toHaveLength(5_000);
    for (const body of [{ list: list(5_001) }, list(5_001)]) {
      expect(refusal(genericRecords, body).code).toBe('too-many-records');
    }
  });
});

describe('nodeRecords', () => {
  it('a node overrides the root in everything but webhook_id, service and time', () => {
    const root = { message: 'x', sender: 'A', service: 'T', time: '2026-08-01 10:00', webhook_id: 'wh_1', type: 'N' };
    const node = { to: '1', message: 'y', sender: 'B', service: 'P', time: 'never', webhook_id: 'wh_2', type: 'U' };
    const [record] = nodeRecords({ root, nodes: [node] });
    expect(record!.values).toEqual({
      to: '1',
      text: 'y',
      sender: 'B',
      type: 'U',
      service: 'T',
      time: '2026-08-01 10:00',
      webhookId: 'wh_1',
    });
    expect(record!.names).toMatchObject({ service: 'service', text: 'message' });
  });

  it('without a root its nodes stand alone, and still can’t name what only the root can', () => {
    expect(nodeRecords({ nodes: [{ to: '1', message: 'x', service: 'P' }] })[0]!.values).toEqual({
      to: '1',
      text: 'x',
    });
  });

  it.each([
    ['no nodes', { root: {} }, { code: 'invalid-request', fields: ['nodes'] }],
    ['a root that is a list', { root: [], nodes: [{}] }, { code: 'invalid-request', fields: ['root'] }],
    ['both', { root: 'x', nodes: {} }, { code: 'invalid-request', fields: ['root', 'nodes'] }],
    ['an empty list of nodes', { nodes: [] }, { code: 'invalid-request', fields: ['nodes'] }],
    ['no object at all', [{ to: '1' }], { code: 'invalid-request', fields: ['nodes'] }],
    ['5,001 nodes', { nodes: Array.from({ length: 5_001 }, () => ({})) }, { code: 'too-many-records', fields: [] }],
  ])('refuses %s', (_, body, expected) => {
    expect(refusal(nodeRecords, body)).toEqual(expected);
  });
});
