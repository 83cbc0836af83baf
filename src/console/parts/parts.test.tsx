/** What parts promise to whoever can't see them, has no mouse, or has lost the connection. */
import { act } from 'preact/test-utils';
import { api, offline, session } from '../api';
import { address } from '../router';
import { fakeApi, press, refusal, screenText, show, shown, the, write } from '../testing';
import {
  ask, Badge, Button, Chart, errorOf, Field, KeysHelp, LedgerBar, ledgerParts, OfflineBar, Shown, startKeys, Table, Time, toast, useLoad,
} from '.'; // prettier-ignore

test('a state is a word and an icon, not only a colour', () => {
  show(<Badge state="failed" />);
  expect(screenText()).toBe('Failed');
  expect(document.querySelector('.badge.bad svg')?.getAttribute('aria-hidden')).toBe('true');
});

test('a time says how long ago, and exactly when in the account’s zone', () => {
  const at = new Date(Date.now() - 3 * 60_000).toISOString();
  session.value = { ...session.value!, timezone: 'Asia/Kolkata' };
  show(<Time at={at} />);
  const time = the('time');
  expect(time.firstChild?.textContent).toBe('3 min ago');
  expect(time.tabIndex).toBe(0);
  expect(time.getAttribute('aria-label')).toMatch(/GMT\+5:30$/);
});

test('a ledger adds up and each number leads to its rows', () => {
  show(<LedgerBar parts={ledgerParts({ delivered: 3, failed: 1, open: 2 }, (state) => `/x?state=${state}`)} />);
  expect(screenText()).toMatch(/Delivered 3.*Failed 1.*In all 6/);
  expect(the('a', '1').getAttribute('href')).toBe('/x?state=failed');
  expect(document.querySelectorAll('a')).toHaveLength(2);
});

test('a table says on a phone what each cell is', () => {
  show(<Table caption="Rows" rows={[1]} keyOf={String} columns={[{ title: 'Parts', number: true, cell: (n) => n }]} />);
  expect(the('td').getAttribute('data-label')).toBe('Parts');
  expect(the('caption').textContent).toBe('Rows');
});

test('a field is read out with its help and what is wrong with it', async () => {
  const problem = { status: 400, code: 'invalid-request', title: 't', detail: 'd', errors: [{ field: 'audience.to', message: 'is no number' }] }; // prettier-ignore
  let value = '';
  show(
    <Field label="To" help="With country code" error={errorOf(problem, 'to')} value="" onValue={(v) => (value = v)} />,
  );
  const input = the('input');
  const described = input.getAttribute('aria-describedby')!.split(' ').map((id) => document.getElementById(id)!.textContent); // prettier-ignore
  expect(described).toEqual(['With country code', 'is no number']);
  expect(input.getAttribute('aria-invalid')).toBe('true');
  await write('To', '+91');
  expect(value).toBe('+91');
});

test('a button that is pressed twice does it once', async () => {
  let times = 0;
  let done = (): void => undefined;
  show(<Button onClick={() => new Promise<void>((resolve) => (times++, (done = resolve)))}>Go</Button>);
  await press('Go');
  await press('Go');
  expect([times, the('button').getAttribute('aria-busy')]).toEqual([1, 'true']);
  await act(async () => done());
  await press('Go');
  expect(times).toBe(2);
});

test('a question names what it does, and Enter keeps things as they are', async () => {
  show(<p>page</p>);
  let answer: Promise<boolean>;
  await act(
    () => void (answer = ask({ title: 'Sure?', text: 'Gone for good.', action: 'Delete 3 rows', danger: true })),
  );
  expect(document.activeElement?.textContent).toBe('Keep it as it is');
  await press('Delete 3 rows');
  expect(await answer!).toBe(true);
  await act(() => void (answer = ask({ title: 'Sure?', text: '', action: 'Delete' })));
  await press('Close');
  expect(await answer!).toBe(false);
});

test('what was done can be taken back', async () => {
  let undone = 0;
  show(<p>page</p>);
  await act(() => toast('Paused.', { undo: () => undone++ }));
  await press('Undo');
  expect(undone).toBe(1);
  expect(screenText()).toBe('page');
});

function Loads() {
  const loaded = useLoad((signal) => api.get('/api/v1/routes', { signal }), []);
  return <Shown of={loaded} what="the routes">{({ items }) => <p>{items.length} routes</p>}</Shown>; // prettier-ignore
}

test('an error can be tried again; what was shown stays while it is', async () => {
  let works = false;
  fakeApi({ 'GET /api/v1/routes': () => (works ? { items: [], nextCursor: null } : refusal(503, 'unavailable', 'Away.')) }); // prettier-ignore
  show(<Loads />);
  await shown('Away.');
  works = true;
  await press('Try again');
  await shown('0 routes');
});

test('without a connection everybody is told, and once it is back it is loaded by itself', async () => {
  let works = false;
  fakeApi({ 'GET /api/v1/routes': () => (works ? { items: [], nextCursor: null } : new TypeError('network')) });
  show(<><OfflineBar /><Loads /></>); // prettier-ignore
  await shown('Heliograph can’t be reached.');
  works = true;
  await act(() => void (offline.value = false));
  await shown('0 routes');
  expect(screenText()).not.toContain('reached');
});

describe('keys', () => {
  const pages = [{ path: '/', title: 'Now', key: 'n' }, { path: '/find', title: 'Find', key: 'f' }]; // prettier-ignore
  const type = (key: string, target: Element = document.body) =>
    act(() => void target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })));

  test('g and a letter go to a page, / to Find, ? shows them; not while somebody types', async () => {
    const stop = startKeys(pages);
    show(<><input id="t" /><KeysHelp pages={pages} /></>); // prettier-ignore
    await type('g');
    await type('f');
    expect(address.value.path).toBe('/find');
    await type('g', the('#t'));
    await type('n', the('#t'));
    expect(address.value.path).toBe('/find');
    await type('g');
    await type('n');
    expect(address.value.path).toBe('/');
    await type('/');
    expect(address.value.path).toBe('/find');
    await type('?');
    expect(screenText()).toContain('These keys');
    await press('Close');
    stop();
  });
});

test('under a chart stands the table that says the same', () => {
  show(<Chart title="Messages" times={[0, 60_000]} series={[{ name: 'Sent', values: [5, null] }]} />);
  expect([...document.querySelectorAll('td.number')].map((cell) => cell.textContent)).toEqual(['5', '–']);
});
