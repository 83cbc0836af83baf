import { fakeApi, press, refusal, screenText, show, shown, the } from '../../testing';
import { act } from 'preact/test-utils';
import Find from './Find';

const open = (hash = '') => show(<Find />, `/find${hash}`);
const item = { kind: 'message', id: 'm1', title: '+919800000001', sentence: 'Delivered over Infobip.', at: '2026-11-28T08:30:00Z', state: 'delivered', link: '/console/messages/m1' }; // prettier-ignore
const searched = [{ what: 'messages to this number' }, { what: 'part of a number', skipped: 'it is whole' }];

const why = (sentence: string) => ({
  verdict: { code: 'never-came', sentence, who: 'clevertap', remedy: { sentence: 'Look at the campaign there.' } },
  subject: { kind: 'number', id: '1' },
  evidence: [],
  others: [],
});

test('what is looked for stands in the fragment, which no server sees', async () => {
  const asked = fakeApi({
    'GET /api/v1/find': { items: [item], searched },
    'GET /api/v1/why': why('It was delivered.'),
  });
  open();
  await shown('One box finds it all');
  const box = the('input') as HTMLInputElement;
  await act(async () => {
    box.value = '98000 00001';
    box.dispatchEvent(new Event('input', { bubbles: true }));
  });
  await press('Find');
  await shown('1 thing fits');
  expect(location.pathname + location.search).toBe('/console/find');
  expect(location.hash).toBe('#q=98000%2000001');
  expect(asked[0]).toMatchObject({ query: { q: '98000 00001' } });
  expect(the('.found a').getAttribute('href')).toBe('/console/messages/m1');
  expect(screenText()).toContain('Delivered over Infobip.');
});

test('empty: what was searched, and why this number got nothing', async () => {
  const asked = fakeApi({
    'GET /api/v1/find': { items: [], searched },
    'GET /api/v1/why': why('CleverTap never sent anything to this number.'),
  });
  open('#q=%2B919800000009');
  await shown('Nothing fits “+919800000009”.');
  await shown('CleverTap never sent anything to this number.');
  expect(asked.at(-1)).toMatchObject({ route: 'GET /api/v1/why', query: { to: '+919800000009' } });
  expect(the('details').hasAttribute('open')).toBe(true);
});

const refused = { ...item, kind: 'request', id: 'r1', sentence: 'Refused on the way in: text is missing' };
test.each([
  ['a whole number', '98000 00001', [item], { to: '98000 00001' }],
  ['one message', 'meta-1', [item], { id: 'm1' }],
  ['one campaign', 'Diwali', [{ ...item, kind: 'campaign', id: 'cmp_1' }], { id: 'cmp_1' }],
  [
    'a meta of what became no message',
    'meta-1',
    [refused, { ...refused, kind: 'row', id: 'u1/3' }],
    { meta: 'meta-1' },
  ],
  ['a meta that nobody knows', 'meta-2', [], { meta: 'meta-2' }],
  ['several messages', 'sale', [item, { ...item, id: 'm2' }], null],
  ['a part of a number', '0009', [], null],
])('"Why?" is asked at once of %s', async (_, q, items, subject) => {
  const asked = fakeApi({
    'GET /api/v1/find': { items, searched },
    'GET /api/v1/why': why('So it is.'),
  });
  open(`#q=${encodeURIComponent(q)}`);
  await shown(subject === null ? 'What was searched' : 'So it is.');
  const questions = asked.filter(({ route }) => route === 'GET /api/v1/why').map(({ query }) => query);
  expect(questions).toEqual(subject === null ? [] : [subject]);
});

test('an error says what to do', async () => {
  fakeApi({ 'GET /api/v1/find': refusal(403, 'forbidden', 'This needs a key with the scope "read".') });
  open('#q=sale');
  await shown('Your key may not see what was found');
});
