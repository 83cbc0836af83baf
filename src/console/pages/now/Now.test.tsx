import { FakeEventSource, fakeApi, refusal, screenText, show, shown, the } from '../../testing';
import { emptyOverview, overview } from '../../testing/fixtures';
import Now from './Now';

beforeEach(() => void Object.assign(globalThis, { EventSource: FakeEventSource }));
const open = () => show(<Now />);

test('with data: what needs somebody, each with its link; the ledger adds up', async () => {
  fakeApi({ 'GET /api/v1/overview': overview });
  open();
  await shown('1 thing needs you:');
  expect(the('.needs a').getAttribute('href')).toBe('/console/gateways/gw_1');
  expect(screenText()).toContain('Infobip takes nothing (out of credit), 312 messages wait');
  expect(screenText()).toMatch(/In all 1,000/);
  expect(the('.legend a', '40').getAttribute('href')).toBe('/console/messages?state=failed');
  expect(screenText()).toContain('Diwali sale Running48 a second, done in');
  expect(screenText()).toContain('2,806 waiting');
  expect(screenText()).toContain('Gateway updated');
});

test('live: what has changed is shown without loading anew', async () => {
  const asked = fakeApi({ 'GET /api/v1/overview': overview });
  open();
  await shown('Live');
  await FakeEventSource.tell('overview', { ...overview, sentence: 'All well.', needs: [] });
  await shown('All well.');
  expect(document.querySelector('.needs')).toBeNull();
  expect(asked.filter(({ route }) => route.endsWith('overview'))).toHaveLength(1);
});

test('empty: what to do first', async () => {
  fakeApi({ 'GET /api/v1/overview': emptyOverview });
  open();
  await shown('Nothing has been sent yet');
  expect(the('a', 'Add a gateway').getAttribute('href')).toBe('/console/gateways');
});

test('an error says so, and no stream is opened', async () => {
  fakeApi({ 'GET /api/v1/overview': refusal(503, 'unavailable', 'The message store can’t be reached.') });
  open();
  await shown('The message store can’t be reached.');
  expect(the('button', 'Try again')).toBeTruthy();
  expect(FakeEventSource.open).toHaveLength(0);
});
