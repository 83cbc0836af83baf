import { fakeApi, press, refusal, screenText, show, shown, the, write, type Asked } from '../../testing';
import { address } from '../../router';
import { csvOf, everyDay, everyHour, type Group } from './figures';
import Reports from './Reports';

const Page = () => <Reports params={{}} query={address.value.query} />;

const group = (key: string | null, sent: number, delivered: number, clicked: number): Group => ({
  key, sent, delivered, clicked, errors: sent - delivered, deliveryRate: sent === 0 ? null : delivered / sent, ctr: delivered === 0 ? null : clicked / delivered,
}); // prettier-ignore
const hours = [group('2026-11-27T18:00:00Z', 10, 8, 0), group('2026-11-27T19:00:00Z', 30, 28, 7), group('2026-11-28T04:00:00Z', 60, 60, 3)]; // prettier-ignore
const { key: _, ...all } = group(null, 100, 96, 10);
const days = [group('2026-11-25', 40, 36, 7), group('2026-11-28', 60, 60, 3)];
const GROUPS: Record<string, Group[]> = { hour: hours, day: days, gateway: [group('gw_2', 20, 16, 0), group('gw_1', 80, 80, 10), group(null, 0, 0, 0)] }; // prettier-ignore
const STATS = 'GET /api/v1/stats';
const GATEWAYS = 'GET /api/v1/gateways';
const FROM = '2026-11-21T18:30:00.000Z';
const stats = ({ query }: Asked) => ({ ...all, from: FROM, timezone: 'Asia/Kolkata', groups: GROUPS[query.by!] ?? [] });
const gateways = { items: [{ id: 'gw_1', name: 'Infobip' }], nextCursor: null };

test('with data: the answer in a sentence, a chart with its table, and each group with its rows', async () => {
  const asked = fakeApi({ [STATS]: stats, [GATEWAYS]: gateways });
  show(<Page />, '/reports');
  await shown(
    'In the last 7 days 100 messages were sent, 96% of them delivered, 10.4% of those clicked; 4 ended in an error.',
  );
  await shown('Infobip');
  const rows = [...document.querySelectorAll('table')].at(-1)!;
  expect([...rows.querySelectorAll('tbody tr')].map((row) => row.querySelector('td')!.textContent)).toEqual(['Infobip', 'gw_2', 'No gateway yet']); // prettier-ignore
  expect(the('td a', 'Infobip').getAttribute('href')).toBe('/console/gateways/gw_1');
  // Nothing was sent: there is no rate, and a phone leaves it out.
  const empty = [...rows.querySelectorAll<HTMLElement>('td:empty')];
  expect(empty.map((cell) => cell.dataset.label)).toEqual(['Delivery rate', 'Click rate']);
  expect(screenText()).toContain('Messages a day');
  const figures = asked.filter(({ route }) => route === STATS).map(({ query }) => query);
  expect(figures).toEqual([
    { by: 'day', from: expect.any(String) },
    { by: 'gateway', from: FROM },
  ]);
  await write('Period', '24h');
  await shown('Messages an hour');
  await write('By', 'day');
  await shown('Figures by day');
  await shown('Sat, 28 Nov 2026');
  expect(address.value.query.toString()).toBe('period=24h&by=day');
});

test('by day: one question, whole days of the account’s zone, the chart without holes, and the table of what there was', async () => {
  jest.useFakeTimers({ now: new Date('2026-11-28T18:40:00Z'), doNotFake: ['setTimeout', 'queueMicrotask', 'requestAnimationFrame', 'nextTick', 'setImmediate'] });
  const asked = fakeApi({ [STATS]: stats, [GATEWAYS]: gateways });
  show(<Page />, '/reports?by=day');
  await shown('Figures by day');
  jest.useRealTimers();
  expect(asked.filter(({ route }) => route === STATS)).toHaveLength(1);
  const [chart, table] = [...document.querySelectorAll('table')].map((each) =>
    [...each.querySelectorAll('tbody tr')].map((row) => [...row.querySelectorAll('td')].slice(0, 2).map((cell) => cell.textContent)),
  );
  // It is the 29th in Kolkata by then.
  expect(chart).toEqual([['22 Nov', '0'], ['23 Nov', '0'], ['24 Nov', '0'], ['25 Nov', '40'], ['26 Nov', '0'], ['27 Nov', '0'], ['28 Nov', '60'], ['29 Nov', '0']]);
  expect(table).toEqual([['Wed, 25 Nov 2026', '40'], ['Sat, 28 Nov 2026', '60']]);
}); // prettier-ignore

test('days on which nothing was sent are in the chart, over the ends of months', () => {
  expect(everyDay([group('2026-12-01', 1, 1, 0)], '2026-11-29', '2026-12-02').map(({ key, sent }) => [key, sent])).toEqual([
    ['2026-11-29', 0], ['2026-11-30', 0], ['2026-12-01', 1], ['2026-12-02', 0],
  ]); // prettier-ignore
});

test('hours in which nothing was sent are in the chart', () => {
  const all = everyHour(hours, Date.parse('2026-11-27T17:20:00Z'), Date.parse('2026-11-28T04:10:00Z'));
  expect(all.map(({ sent }) => sent)).toEqual([0, 10, 30, 0, 0, 0, 0, 0, 0, 0, 0, 60]);
});

test('the file has what the table has, and no formula', async () => {
  expect(csvOf('sender', [group('=1', 2, 1, 0), group('a,"b"', 0, 0, 0)], String)).toBe(
    'sender,sent,delivered,deliveryRate,clicked,ctr,errors\r\n\'=1,2,1,0.5,0,0,1\r\n"a,""b""",0,0,,0,,0\r\n',
  );
  const made: string[] = [];
  Object.defineProperties(URL, {
    createObjectURL: { value: () => 'blob:x' },
    revokeObjectURL: { value: () => undefined },
  });
  const click = jest.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    made.push(this.download);
  });
  fakeApi({ [STATS]: stats, [GATEWAYS]: gateways });
  show(<Page />, '/reports');
  await shown('Download as CSV');
  await press('Download as CSV');
  expect(made).toEqual(['report-gateway-7d.csv']);
  click.mockRestore();
});

test('empty: nothing was sent', async () => {
  fakeApi({ [STATS]: { ...all, from: FROM, sent: 0, delivered: 0, clicked: 0, errors: 0, deliveryRate: null, ctr: null, groups: [] }, [GATEWAYS]: gateways }); // prettier-ignore
  show(<Page />, '/reports?period=30d');
  await shown('In the last 30 days nothing was sent.');
  await shown('Make a campaign');
});

test('an error says so', async () => {
  fakeApi({ [STATS]: refusal(503, 'unavailable', 'The message store can’t be reached.'), [GATEWAYS]: gateways });
  show(<Page />, '/reports');
  await shown('The message store can’t be reached.');
});
