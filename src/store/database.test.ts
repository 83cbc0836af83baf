import { isDatabaseAway, outlastAbsence } from './database';

const away = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

test('what is repeated while Postgres is away is done once it is back', async () => {
  const answers = [away, away, away];
  const work = () => {
    const error = answers.pop();
    return error === undefined ? Promise.resolve('done') : Promise.reject(error);
  };
  expect(await outlastAbsence(work)).toBe('done');
});

test('a mistake is no absence', async () => {
  let tries = 0;
  const mistake = Object.assign(new Error('division by zero'), { code: '22012' });
  const work = () => {
    tries++;
    return Promise.reject(mistake);
  };
  await expect(outlastAbsence(work)).rejects.toBe(mistake);
  expect(tries).toBe(1);
});

test.each([
  ['a refused connection', away, true],
  ['a shutdown', { code: '57P01' }, true],
  ['a server that only reads', { code: '25006' }, true],
  [
    'a client whose connection broke',
    new Error('Client has encountered a connection error and is not queryable'),
    true,
  ],
  ['a pool that gives no connection', new Error('timeout exceeded when trying to connect'), true],
  ['a unique violation', { code: '23505' }, false],
  ['a value that is too long for an index', { code: '54000' }, false],
])('%s', (_, error, expected) => expect(isDatabaseAway(error)).toBe(expected));
