import { cronProblem, cronTimes } from './cron';

test.each([
  '0 10 * * *',
  '*/20 9-17/4 1,15 jan-mar mon',
  '5/15 8 * * 1-5',
  '30 7 29 2 *',
  '0  0\t31 * *',
  '0 10 * * SUN,wed',
])('%s is one', (cron) => {
  expect(cronProblem(cron)).toBeNull();
});

test.each([
  ['0 10 * *', 'has 4 fields'],
  ['60 10 * * *', 'has "60" as minute: use *, 0 to 59'],
  ['0 24 * * *', 'has "24" as hour'],
  ['0 10 0 * *', 'has "0" as day of month'],
  ['0 10 * 13 *', 'has "13" as month: use *, 1 to 12 or jan to dec'],
  ['0 10 * * mondays', 'has "mondays" as day of week'],
  ['0 10 * * fri-mon', 'has "fri-mon" as day of week'],
  ['*/0 10 * * *', 'has "*/0" as minute'],
  ['0 10 1,,2 * *', 'has "" as day of month'],
  ['@daily x x x x', 'has "@daily" as minute'],
  ['0 10 30 2 *', 'never comes: no such month has a day 30'],
  ['0 10 31 4,6,9,11 *', 'never comes'],
])('%s is none', (cron, problem) => {
  expect(cronProblem(cron)).toContain(problem);
});

test.each([
  ['0 10 * * mon', '2026-11-28T10:00', ['2026-11-30T10:00', '2026-12-07T10:00', '2026-12-14T10:00']],
  ['*/30 9 * * *', '2026-11-28T09:00', ['2026-11-28T09:30', '2026-11-29T09:00', '2026-11-29T09:30']],
  ['15 8 * * 7', '2026-11-28T08:15', ['2026-11-29T08:15', '2026-12-06T08:15', '2026-12-13T08:15']],
  ['0 10 13 * fri', '2026-11-28T00:00', ['2027-08-13T10:00', '2028-10-13T10:00', '2029-04-13T10:00']],
  ['0 10 29 2 mon', '2026-11-28T00:00', ['2044-02-29T10:00']],
  ['0 10 31 4 *', '2026-11-28T00:00', []],
  ['at ten', '2026-11-28T00:00', []],
])('%s after %s comes at %j', (cron, after, times) => {
  expect(cronTimes(cron, after, 3)).toEqual(times);
});
