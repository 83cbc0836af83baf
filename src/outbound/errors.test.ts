import { OutboundError, classifyStatus, publicText } from './errors';

const NOW = Date.parse('2026-07-01T00:00:00Z');

describe('classifyStatus', () => {
  it.each([
    [301, 'account', '904'],
    [302, 'account', '904'],
    [400, 'content', '900'],
    [401, 'account', '904'],
    [402, 'account', '904'],
    [403, 'account', '904'],
    [404, 'account', '904'],
    [405, 'account', '904'],
    [407, 'account', '904'],
    [408, 'transient', '904'],
    [413, 'content', '900'],
    [422, 'content', '900'],
    [425, 'transient', '904'],
    [429, 'transient', '904'],
    [500, 'unknown', '900'],
    [501, 'unknown', '900'],
    [502, 'unknown', '900'],
    [503, 'transient', '904'],
    [504, 'unknown', '900'],
    [599, 'unknown', '900'],
    [999, 'unknown', '900'],
  ])('%i is %s', (status, failure, clevertap) => {
    const error = classifyStatus({ status, headers: {}, body: 'secret' }, NOW);
    expect(error).toBeInstanceOf(OutboundError);
    expect(error).toMatchObject({ class: failure, clevertap, code: `http-${status}`, retryAfterMs: undefined });
    expect(error?.message).toBe(`the provider answered HTTP ${status}`);
  });

  it.each([200, 201, 202, 204, 299])('%i is no error', (status) => {
    expect(classifyStatus({ status, headers: {}, body: '' })).toBeUndefined();
  });

  it.each([
    ['7', 7_000],
    [' 120 ', 120_000],
    ['0', 0],
    ['Wed, 01 Jul 2026 00:01:00 GMT', 60_000],
    ['Tue, 30 Jun 2026 23:59:00 GMT', 0],
    ['99999999', 86_400_000],
    ['soon', undefined],
    ['', undefined],
  ])('Retry-After %j', (header, ms) => {
    const response = { status: 429, headers: { 'retry-after': header }, body: '' };
    expect(classifyStatus(response, NOW)?.retryAfterMs).toBe(ms);
  });
});

describe('publicText', () => {
  it.each([
    ['key abc123 is wrong', 'key *** is wrong'],
    ['no route to 919800000001', 'no route to ***'],
    ['no route to +91 98000-00001!', 'no route to ***!'],
    ['template 1107160016156755389', 'template ***'],
    ['error 4108 in part 12', 'error 4108 in part 12'],
    ['two\n  lines ', 'two lines'],
    ['no\0NUL', 'no NUL'],
    ['x'.repeat(300), 'x'.repeat(200)],
  ])('%j', (text, clean) => {
    expect(publicText(text, ['abc123', ''])).toBe(clean);
  });
});
