import { fakeApi, refusal, shown, show, the } from '../../testing';
import File from './File';

const upload = {
  id: 'up_1', name: 'list.csv', state: 'ready', rows: 54_034, valid: 27_017, invalid: 27_017, duplicates: 0,
  createdAt: '2026-11-28T08:00:00.000Z', errors: [{ row: 3, column: 'to', value: 'abc', code: 'invalid-number', message: 'is no number' }],
}; // prettier-ignore
const Page = () => <File params={{ id: 'up_1' }} query={new URLSearchParams()} />;

test('with data: how much of it can be used, and what is wrong with the others', async () => {
  fakeApi({ 'GET /api/v1/uploads/up_1': upload });
  show(<Page />, '/uploads/up_1');
  await shown('27,017 of 54,034 rows can be used; the others are below.');
  await shown('is no number');
});

test('an unknown one says so below the page’s title', async () => {
  fakeApi({ 'GET /api/v1/uploads/up_1': refusal(404, 'not-found', 'There is no upload up_1.') });
  show(<Page />, '/uploads/up_1');
  await shown('There is no upload up_1.');
  expect(the('h1').textContent).toBe('Upload');
});
