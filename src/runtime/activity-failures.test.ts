/** What of a failing activity reaches Temporal: whatever was thrown, codes. */
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DatabaseError } from 'pg';
import { z } from 'zod';
import { OutboundError } from '../outbound/errors';
import { createFailureInterceptors } from './activity-failures';

const NUMBER = '+919800007799';
const TEXT = 'Dear Asha, your code is 482910';
const SECRETS = [NUMBER, '9800007799', TEXT, 'Asha', '482910', 'Dear'];

const logged: object[] = [];
const interceptors = [createFailureInterceptors({ warn: (fields) => void logged.push(fields) })];

/** All that Temporal would keep of what `thrown` becomes. */
async function toldOf(thrown: unknown): Promise<ApplicationFailure> {
  logged.length = 0;
  const env = new MockActivityEnvironment({ activityType: 'advance' }, { interceptors });
  const failing = (): Promise<void> => Promise.reject(thrown as Error);
  return env.run(failing).then(
    () => Promise.reject(new Error('nothing was thrown')),
    (error: unknown) => error as ApplicationFailure,
  );
}

/** A row in every place that the driver fills. */
function postgresError(): DatabaseError {
  const error = new DatabaseError(`invalid input syntax for type integer: "${TEXT}"`, 1, 'error');
  return Object.assign(error, { code: '23514', detail: `Failing row contains (${NUMBER}, ${TEXT}).`, where: TEXT, hint: NUMBER });
} // prettier-ignore

const zodError = (): Error => z.strictObject({ to: z.number() }).safeParse({ to: NUMBER, [TEXT]: 1 }).error!;

class Asha extends Error {
  override readonly name = `refused ${NUMBER}`;
}

const POISONED: [string, unknown, RegExp][] = [
  ['a statement that Postgres refuses', postgresError(), /^advance failed: DatabaseError 23514$/],
  ['input that does not fit', zodError(), /^advance failed: \$?Zod\w+ with \d issues$/],
  [
    'a vendor’s answer',
    new OutboundError({ class: 'content', code: NUMBER, reason: TEXT }),
    /^advance failed: OutboundError content$/,
  ],
  [
    'a socket',
    Object.assign(new Error(`connect ${TEXT}`), { code: 'ECONNREFUSED' }),
    /^advance failed: Error ECONNREFUSED$/,
  ],
  [
    'a code that is none',
    Object.assign(new Error(TEXT), { code: NUMBER }),
    /^advance failed: Error$/,
  ],
  [
    'an error in an error',
    new Error(TEXT, { cause: postgresError() }),
    /^advance failed: Error, because of DatabaseError 23514$/,
  ],
  ['an error that is its own cause', circular(), /^advance failed: Error(, because of Error)+$/],
  ['a failure with details', ApplicationFailure.nonRetryable(TEXT, 'Row', { row: TEXT }), /^advance failed: ApplicationFailure$/],
  ['a failure of an odd name', new Asha(TEXT), /^advance failed: /],
  ['a text', TEXT, /^advance failed: Error$/],
  ['an object', { message: TEXT, code: NUMBER }, /^advance failed: Error$/],
  ['nothing', undefined, /^advance failed: Error$/],
]; // prettier-ignore

function circular(): Error {
  const error = new Error(TEXT);
  error.cause = error;
  return error;
}

it.each(POISONED)('%s: codes', async (label, thrown, message) => {
  const told = await toldOf(thrown);
  expect(told).toBeInstanceOf(ApplicationFailure);
  expect(told.message).toMatch(message);
  const kept = JSON.stringify([told.message, told.type, told.stack, told.details, told.cause, told.name]);
  const secrets = label.includes('odd name') ? SECRETS.filter((secret) => secret !== 'Asha') : SECRETS;
  for (const secret of secrets) expect(kept).not.toContain(secret);
  // Whoever looks for the cause finds it in the log, which has masks of its own.
  expect(logged).toEqual([expect.objectContaining({ err: thrown, activity: 'advance' })]);
});

it('is retried as it would have been, and says where it was thrown', async () => {
  const told = await toldOf(postgresError());
  expect(told).toMatchObject({ nonRetryable: false, type: 'DatabaseError' });
  expect(told.stack).toMatch(/\n {4}at .*activity-failures\.test\.ts:\d+:\d+/);
  expect(await toldOf(ApplicationFailure.nonRetryable('x', 'Row'))).toMatchObject({ nonRetryable: true });
});

it.each([
  ['an interrupted one', ApplicationFailure.retryable('advance was interrupted and goes on elsewhere', 'Interrupted')],
  ['a cancellation', new CancelledFailure('CANCELLED')],
])('what is said to Temporal itself stays as it is: %s', async (_, thrown) => {
  expect(await toldOf(thrown)).toBe(thrown);
  expect(logged).toEqual([]);
});
