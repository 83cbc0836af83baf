import { FakeEventSource, fakeApi, refusal, screenText, show, shown, the, write } from '../../testing';
import Campaigns from './Campaigns';
import { address } from '../../router';
import { counts, draft, finished, running } from './fixtures';

beforeEach(() => {
  Object.assign(globalThis, { EventSource: FakeEventSource });
  FakeEventSource.open = [];
});

const Page = () => <Campaigns params={{}} query={address.value.query} />;
const LIST = 'GET /api/v1/campaigns';

test('with data: each with its state and bar; the filter is in the address', async () => {
  const asked = fakeApi({ [LIST]: { items: [running, draft, finished], nextCursor: 'c2' } });
  show(<Page />, '/campaigns?state=running');
  await shown('1 campaign is under way, 1 is not launched yet.');
  expect(asked[0]!.query).toEqual({ state: 'running', limit: '50' });
  expect(the('td a', 'Diwali sale').getAttribute('href')).toBe('/console/campaigns/cmp_1');
  expect(the('td a', 'New year').getAttribute('href')).toBe('/console/campaigns/cmp_2/edit');
  expect(screenText()).toContain('1,700 of 4,848 delivered');
  expect(the('.bar', 'Failed 60')).toBeTruthy();
  expect(the('.pager a', 'Next').getAttribute('href')).toBe('/console/campaigns?state=running&cursor=c2');
  await write('State', 'paused');
  await shown(() => asked.length === 2);
  expect(asked[1]!.query.state).toBe('paused');
});

test('live: what has changed is shown without loading anew', async () => {
  const asked = fakeApi({ [LIST]: { items: [running], nextCursor: null } });
  show(<Page />, '/campaigns');
  await shown('1,700 of 4,848 delivered');
  await FakeEventSource.tell('campaign', { id: 'cmp_1', state: 'paused', reason: null, counts: { ...counts, delivered: 1_900, open: 2_848 } }); // prettier-ignore
  await shown('1,900 of 4,848 delivered');
  expect(screenText()).toContain('No campaign is under way, 1 is paused.');
  expect(asked).toHaveLength(1);
});

test('empty: with a filter, and without one', async () => {
  fakeApi({ [LIST]: { items: [], nextCursor: null } });
  show(<Page />, '/campaigns?state=failed');
  await shown('No campaign fits');
  show(<Page />, '/campaigns');
  await shown('Make the first campaign');
  expect(FakeEventSource.open).toHaveLength(0);
});

test('an error says so', async () => {
  fakeApi({ [LIST]: refusal(503, 'unavailable', 'The message store can’t be reached.') });
  show(<Page />, '/campaigns');
  await shown('The message store can’t be reached.');
});

test('a new campaign is the main thing to do, for those who may send', async () => {
  fakeApi({ [LIST]: { items: [running], nextCursor: null } });
  show(<Page />, '/campaigns');
  await shown('1 campaign is under way.');
  expect(the('.head a', 'New campaign').className).toBe('button main');
});

test('what a row has nothing of is left out on a phone', async () => {
  const bare = { ...draft, audience: { ...draft.audience, kind: 'group' as const, recipients: 0 } };
  fakeApi({ [LIST]: { items: [bare], nextCursor: null } });
  show(<Page />, '/campaigns');
  await shown('New year');
  const cells = [...document.querySelectorAll('td')];
  const empty = cells.filter((cell) => cell.childNodes.length === 0 || cell.querySelector('.cell > .nothing') !== null);
  expect(empty.map((cell) => cell.dataset.label)).toEqual(['Messages', 'Why', 'Begins']);
});
