import { cronProblem } from './cron';

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
