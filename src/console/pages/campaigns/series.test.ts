import { cadenceOf, sayCron } from './series';

test('days of the week by their names or by their numbers are said alike', () => {
  expect(sayCron('0 10 * * mon')).toBe('every Monday at 10:00');
  expect(sayCron('0 10 * * 1')).toBe('every Monday at 10:00');
  expect(sayCron('30 9 * * 7,3')).toBe('every Wednesday and Sunday at 09:30');
  expect(cadenceOf({ cron: '30 9 * * 0' })).toMatchObject({ every: 'week', weekdays: ['sun'], cron: '30 9 * * 0' });
});

test('what no form can say stays an expression', () => {
  expect(sayCron('0 10 * * 1-5')).toBe('at the times of the cron expression 0 10 * * 1-5');
  expect(sayCron('0 10 * * */2')).toBe('at the times of the cron expression 0 10 * * */2');
  expect(sayCron('0 10 13 * 5')).toBe('at the times of the cron expression 0 10 13 * 5');
});
