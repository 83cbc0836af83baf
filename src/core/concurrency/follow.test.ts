import { until } from '../../../test/support/until';
import { createFollower } from './follow';

/** Rows that a test changes, and every reading of them. */
function rows(initial: Record<string, string>) {
  const values = new Map(Object.entries(initial));
  const readings: string[][] = [];
  const errors: unknown[] = [];
  let broken = false;
  const follower = createFollower<string>(
    (ids) => {
      readings.push([...ids]);
      if (broken) return Promise.reject(new Error('away'));
      return Promise.resolve(new Map(ids.flatMap((id) => (values.has(id) ? [[id, values.get(id)!]] : []))));
    },
    5,
    (error) => errors.push(error),
  );
  return { values, readings, errors, follower, breakDown: (how: boolean) => (broken = how) };
}

it('knows the row at once, and its changes after an interval', async () => {
  const { values, follower } = rows({ a: 'running' });
  const followed = (await follower.follow('a'))!;
  expect(followed.value).toBe('running');
  const heard: string[] = [];
  const stop = followed.onRead((value) => heard.push(value));
  values.set('a', 'paused');
  await until('the change was read', () => followed.value === 'paused');
  expect(heard.at(-1)).toBe('paused');
  stop();
  values.set('a', 'cancelled');
  await until('the next change was read', () => followed.value === 'cancelled');
  expect(heard).not.toContain('cancelled');
  followed.release();
});

it('a row that is not there is not followed', async () => {
  const { follower, readings } = rows({});
  expect(await follower.follow('gone')).toBeNull();
  expect(readings).toEqual([['gone']]);
});

it('reads each row once per interval, however many follow it, and stops when none does', async () => {
  const { readings, follower } = rows({ a: '1', b: '2' });
  const all = await Promise.all(['a', 'a', 'b', 'a'].map((id) => follower.follow(id)));
  const before = readings.length;
  await until('they were read again', () => readings.length >= before + 3);
  for (const reading of readings.slice(before)) expect([...reading].sort()).toEqual(['a', 'b']);
  for (const one of all.slice(0, 3)) one!.release();
  // Twice is once.
  all[0]!.release();
  await until('only one is read', () => readings.at(-1)!.join() === 'a');
  all[3]!.release();
  const last = (await follower.follow('b'))!;
  const from = readings.length;
  await until('the other is read', () => readings.length >= from + 2);
  expect(readings.slice(from).flat()).not.toContain('a');
  last.release();
});

it('an error leaves what is known, is told, and does not end the following', async () => {
  const { values, errors, follower, breakDown } = rows({ a: 'running' });
  const followed = (await follower.follow('a'))!;
  breakDown(true);
  await until('an error was told', () => errors.length > 0);
  expect(followed.value).toBe('running');
  values.set('a', 'paused');
  breakDown(false);
  await until('it is read again', () => followed.value === 'paused');
  followed.release();
  breakDown(true);
  await expect(follower.follow('a')).rejects.toThrow('away');
});

it('leaves no timer, and reads nothing, once nobody follows', async () => {
  jest.useFakeTimers();
  try {
    const { readings, follower } = rows({ a: 'running' });
    const followed = (await follower.follow('a'))!;
    expect(jest.getTimerCount()).toBe(1);
    followed.release();
    expect(jest.getTimerCount()).toBe(0);
    const again = (await follower.follow('a'))!;
    expect([jest.getTimerCount(), readings.length]).toEqual([1, 2]);
    await jest.advanceTimersByTimeAsync(5);
    expect(readings.length).toBe(3);
    again.release();
    expect(jest.getTimerCount()).toBe(0);
  } finally {
    jest.useRealTimers();
  }
});
