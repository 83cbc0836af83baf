import { fakeApi, refusal, show, shown, the, write, type Asked } from '../../testing';
import { delivered } from '../../testing/fixtures';
import { address } from '../../router';
import Messages from './Messages';

const Page = () => <Messages params={{}} query={address.value.query} />;

test('with data: each row leads to its message, the filters are in the address', async () => {
  const lists: Asked[] = [];
  fakeApi({
    'GET /api/v1/messages': (one: Asked) => {
      lists.push(one);
      return { items: [delivered], nextCursor: 'c2' };
    },
    'GET /api/v1/campaigns/cmp_1': { id: 'cmp_1', name: 'Diwali sale' },
  });
  show(<Page />, '/messages?state=delivered&campaignId=cmp_1');
  await shown('+919800000001');
  expect(lists[0]!.query).toEqual({ state: 'delivered', campaignId: 'cmp_1', limit: '50' });
  expect(the('td a').getAttribute('href')).toBe(`/console/messages/${delivered.id}`);
  expect(the('.pager a', 'Next').getAttribute('href')).toBe(
    '/console/messages?state=delivered&campaignId=cmp_1&cursor=c2',
  );
  await shown('Messages that are delivered of the campaign Diwali sale, newest first.');
  await write('State', 'failed');
  await shown(() => lists.length === 2);
  expect(lists[1]!.query.state).toBe('failed');
});

test('empty: with a filter, and without one', async () => {
  fakeApi({ 'GET /api/v1/messages': { items: [], nextCursor: null } });
  show(<Page />, '/messages?state=failed');
  await shown('No message fits');
  show(<Page />, '/messages');
  await shown('No message yet');
});

test('an error names the field', async () => {
  const { problem } = refusal(400, 'invalid-request', 'A field is wrong.');
  fakeApi({ 'GET /api/v1/messages': { problem: { ...problem, errors: [{ field: 'from', message: 'is no time' }] } } });
  show(<Page />, '/messages?from=x');
  await shown('from is no time');
});
