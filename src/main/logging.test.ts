import { ApplicationFailure } from '@temporalio/common';
import fc from 'fast-check';
import { DatabaseError } from 'pg';
import { readConfig } from '../config';
import { createLogger, secretsOf, sentenceOf } from './logging';
import { temporalLogger } from './logging/temporal';

type Logger = ReturnType<typeof createLogger>;

function logged(write: (logger: Logger) => void, secrets: string[] = []): Record<string, unknown> {
  let line = '';
  const destination = { write: (text: string) => void (line += text) };
  write(createLogger('api', 'info', { destination, secrets }));
  return JSON.parse(line) as Record<string, unknown>;
}

/** As pg makes it of an answer. */
function refusal(code: string, message: string): DatabaseError {
  return Object.assign(new DatabaseError(message, 100, 'error'), {
    code,
    severity: 'ERROR',
    detail: 'Failing row contains (919800000001, Asha, Your code is 4711).',
    where: 'PL/pgSQL function f("Asha")',
    internalQuery: "select 'Asha'",
    hint: 'Ask Asha',
    table: 'messages',
    column: 'msisdn',
    constraint: 'messages_key',
    routine: 'ExecConstraints',
    parameters: ['919800000001', 'Asha'],
  });
}

const NOTHING_OF_HER = /9198|Asha|4711/;

test('a line names its process', () => {
  expect(logged((logger) => logger.info('hello'))).toMatchObject({ process: 'api', msg: 'hello' });
});

test.each(['23505', '23514', '22P02', 'P0001', 'XX000'])(
  'of an error of Postgres (%s) stay its code and names, not the row',
  (code) => {
    const error = refusal(code, 'null value in row (Asha, 4711)');
    const { err } = logged((logger) => logger.error({ err: error }, 'failed'));
    expect(err).toMatchObject({
      type: 'DatabaseError',
      message: `Postgres refused it (${code})`,
      ...{ code, table: 'messages', column: 'msisdn', constraint: 'messages_key', routine: 'ExecConstraints' },
    });
    expect(Object.keys(err as object)).not.toEqual(expect.arrayContaining(['detail']));
    expect(JSON.stringify(err)).not.toMatch(NOTHING_OF_HER);
    expect((err as { stack: string }).stack).toMatch(/^\s+at /);
  },
);

test('what Postgres says of connections and time-outs is kept, and codes of the system are none of Postgres', () => {
  const cancelled = logged((logger) => logger.error({ err: refusal('57014', 'canceling statement') }, 'x'));
  expect(cancelled).toMatchObject({ err: { message: 'canceling statement', code: '57014' } });
  const broken = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
  expect(logged((logger) => logger.error({ err: broken }, 'x'))).toMatchObject({ err: { message: 'write EPIPE' } });
});

test('causes, errors of an AggregateError and failures of activities are described like any other', () => {
  const inner = refusal('23505', 'duplicate key Asha');
  const error = new Error('to +91 98000 00001', {
    cause: new AggregateError([inner, new Error('to %2B919800000001', { cause: inner })], 'all of 919800000001'),
  });
  const failure = ApplicationFailure.fromError(inner);
  Object.assign(failure, { details: ['919800000001'], cause: inner });
  const line = logged((logger) => logger.error({ err: error, failures: [failure, { nested: { failure } }] }, 'failed'));
  expect(line).toMatchObject({
    err: { message: 'to …01', cause: { message: 'all of …01', errors: [{ code: '23505' }, { message: 'to …01' }] } },
    failures: [{ failureType: 'DatabaseError', message: 'Postgres refused it' }, {}],
  });
  expect(JSON.stringify(line)).not.toMatch(NOTHING_OF_HER);
});

test('an error that is thrown in circles, or is none, is told all the same', () => {
  const error = new Error('round');
  error.cause = error;
  expect(logged((logger) => logger.error(error))).toMatchObject({ msg: 'Error', err: { cause: { message: '…' } } });
  expect(logged((logger) => logger.error({ err: 'to 919800000001' }, 'x'))).toMatchObject({ err: 'to …01' });
  expect(sentenceOf({ to: '919800000001' })).toBe('a thrown Object');
});

test('fields that hold somebody’s words are hidden, times and counts stay', () => {
  const line = logged((logger) =>
    logger.info({
      ...{ to: 'x', text: 'Your code', nested: { meta: 'Asha', apiKey: 'k', authorization: ['a'] }, msisdn: 919800000001 },
      ...{ durationMs: 86_400_000, bytes: 123_456_789, startedAt: 1_764_402_500_123, count: 12_345_678, other: 919800000001 },
      ...{ gatewayId: 'gw_0123456789abcdef', at: new Date(0), raw: Buffer.from('Asha'), url: new URL('https://a.example/b?c') },
    }, 'msg to 919800000001'),
  ); // prettier-ignore
  expect(line).toMatchObject({
    ...{ to: '…', text: '…', nested: { meta: '…', apiKey: '…', authorization: '…' }, msisdn: '…', other: '…01' },
    ...{ durationMs: 86_400_000, bytes: 123_456_789, startedAt: 1_764_402_500_123, count: 12_345_678 },
    ...{ gatewayId: 'gw_0123456789abcdef', at: '1970-01-01T00:00:00.000Z', raw: '…', url: 'https://a.example/…' },
    msg: 'msg to …01',
  });
});

test('whatever is logged, it is one line of JSON without the number', () => {
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { depthSize: 'small' },
      ...[fc.anything(), fc.constantFrom('+91 98000 00001', '%2B919800000001', 919800000001, 919800000001n)],
      ...[fc.array(tie('any'), { maxLength: 4 }), fc.dictionary(fc.string(), tie('any'), { maxKeys: 4 })],
      tie('any').map((cause) => new Error('919800000001', { cause })),
    ),
  })).any;
  fc.assert(
    fc.property(value, (field) => {
      const line = logged((logger) => logger.warn({ field }, 'to 919800000001'));
      expect(JSON.stringify(line)).not.toMatch(/98000 ?00001/);
      expect(line.msg).toBe('to …01');
    }),
    { numRuns: 1_000 },
  );
});

test('Temporal speaks through the same logger: what an activity failed with is described like our own errors', () => {
  const line = logged((logger) =>
    temporalLogger(logger).warn('Activity failed', {
      ...{ error: refusal('54000', 'index row size'), taskToken: 'x', durationMs: 12, activityType: 'advance' },
      ...{ workflowId: 'send/0193746b-1234-7890-8123-123456789012', timestampNanos: 1_764_402_500_123_456_789n },
    }),
  );
  expect(line).toMatchObject({
    ...{ process: 'api', level: 40, msg: 'Activity failed', taskToken: '…', durationMs: 12, activityType: 'advance' },
    ...{ workflowId: 'send/0193746b-1234-7890-8123-123456789012', timestampNanos: '1764402500123456789' },
    err: { code: '54000', message: 'index row size' },
  });
  expect(JSON.stringify(line)).not.toMatch(NOTHING_OF_HER);
});

test('the secrets of a process are found in whatever they stand in', () => {
  const masterKey = Buffer.from('q'.repeat(32)).toString('base64');
  const secrets = secretsOf(
    readConfig({
      HELIOGRAPH_ADMIN_KEY: 'an admin key, not a word',
      HELIOGRAPH_MASTER_KEY: masterKey,
      DATABASE_URL: 'postgres://app:p%40ssword1@db/heliograph',
    }),
  );
  const said = ['an admin key, not a word', masterKey, 'p%40ssword1', 'p@ssword1'];
  const line = logged((logger) => logger.error({ said, err: new Error(said.join(' ')) }, said.join(' ')), secrets);
  for (const secret of said) expect(JSON.stringify(line)).not.toContain(secret);
});
