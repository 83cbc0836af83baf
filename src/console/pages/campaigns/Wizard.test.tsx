import { act } from 'preact/test-utils';
import { fakeApi, press, refusal, screenText, show, shown, the, write } from '../../testing';
import Wizard from './Wizard';
import { address, startRouter } from '../../router';
import { draft, forecast } from './fixtures';
import { form, leave } from './wizard/draft';
import { shownProblems } from './wizard/Refused';

const empty = { items: [], nextCursor: null };
const LISTS = {
  'GET /api/v1/templates': empty,
  'GET /api/v1/senders': empty,
  'GET /api/v1/routes': empty,
  'GET /api/v1/groups': empty,
  'GET /api/v1/uploads': empty,
  'GET /api/v1/test-phones': { items: [{ id: 'tp_1', to: '+919800000009', name: 'Mine', verified: true, verifiedAt: null, createdAt: '2026-11-28T08:00:00.000Z' }], nextCursor: null },
}; // prettier-ignore
const stored = { ...draft, message: 'Hello {name}', sender: null, service: 'T', ratePerSecond: null, lateness: 'send' as const }; // prettier-ignore
const made = { ...stored, rejected: [] };

beforeEach(() => {
  leave();
  shownProblems.value = null;
});

/** The page at the address, wherever it leads. */
function Page() {
  const { path, query } = address.value;
  const id = /^\/campaigns\/(.+)\/edit$/.exec(path)?.[1];
  return <Wizard key={id ?? 'new'} params={id === undefined ? {} : { id }} query={query} />;
}

async function toText(): Promise<void> {
  await write('Name of the campaign', 'New year');
  await write('Numbers', 'to,name\n9800000001,Asha\n9800000002,Ravi’s\nabc,X');
  await press('Text →');
  await shown('What does it say?');
}

test('the whole way: rows that are wrong show at once, the text is previewed, the draft is stored, and the launch names how many', async () => {
  const asked = fakeApi({
    ...LISTS,
    'POST /api/v1/campaigns': made,
    'PATCH /api/v1/campaigns/cmp_2': stored,
    'GET /api/v1/campaigns/cmp_2/forecast': forecast,
    'POST /api/v1/campaigns/cmp_2/test': { sent: [{ testPhoneId: 'tp_1', messageId: 'm_1' }] },
    'POST /api/v1/campaigns/cmp_2/launch': { ...stored, state: 'preparing' },
  });
  show(<Page />, '/campaigns/new');
  await shown('Whom does it go to?');
  await toText();
  await press('1. Audience');
  await shown('2 numbers, 1 row that can’t be used. Variables: {name}');
  await press('Text →');
  await write('Message', 'Hello {name}');
  await shown('Hello Asha');
  await shown('1 part 10 of 160 characters');
  await press('Next →');
  await shown('because of ’ U+2019');
  expect(the('mark').textContent).toBe('’');
  await press('Route and sender →');
  await shown('Under which name');
  expect(address.value.path).toBe('/campaigns/cmp_2/edit');
  expect(asked.find(({ route }) => route === 'POST /api/v1/campaigns')!.body).toMatchObject({
    name: 'New year', message: 'Hello {name}', draft: true,
    audience: { recipients: [{ to: '9800000001', variables: { name: 'Asha' } }, { to: '9800000002' }] },
  }); // prettier-ignore
  await write('Sender ID', 'TXTSMS');
  await press('Time and rate →');
  await shown('When, and how fast?');
  const patched = asked.filter(({ route }) => route.startsWith('PATCH')).at(-1)!.body;
  expect(patched).toMatchObject({ sender: 'TXTSMS' });
  expect(patched).not.toHaveProperty('audience');
  await write('Messages a second', '20');
  await press('Check and send →');
  await shown('Only 1 gateway takes it');
  expect(screenText()).toContain('1 message of 1, 1 message of 2');
  await press('Send a test to 1 phone');
  await shown('What became of test 1');
  await press('Send 2 messages');
  await shown('“New year” goes to 2 recipients, beginning now.');
  expect(asked.some(({ route }) => route.endsWith('/launch'))).toBe(false);
  the('dialog button', 'Send 2 messages').click();
  await shown(() => address.value.path === '/campaigns/cmp_2');
  expect(asked.some(({ route }) => route.endsWith('/launch'))).toBe(true);
});

test('a series: its times are shown as they are chosen, and the launch says what it starts', async () => {
  const series = { ...stored, recurrence: { cron: '30 9 * * mon,fri', overlap: 'skip' as const } };
  const asked = fakeApi({
    ...LISTS,
    'GET /api/v1/campaigns/cmp_2': stored,
    'PATCH /api/v1/campaigns/cmp_2': series,
    'GET /api/v1/campaigns/cmp_2/forecast': forecast,
    'POST /api/v1/campaigns/cmp_2/launch': { ...series, state: 'scheduled' },
  });
  show(<Page />, '/campaigns/cmp_2/edit?step=time');
  await shown('When, and how fast?');
  await act(async () => the('label', 'Again and again').querySelector('input')!.click());
  await write(/^At $/, '09:30');
  await shown(/Next: Mon, \d+ \w+ \d{4}, 09:30; Mon/);
  await act(async () => document.getElementById(the('label', 'Monday').getAttribute('for')!)!.click());
  await press('Check and send →');
  await shown('Choose a day.');
  for (const day of ['Monday', 'Friday']) {
    await act(async () => document.getElementById(the('label', day).getAttribute('for')!)!.click());
  }
  await press('Check and send →');
  await shown(/every Monday and Friday at 09:30 in Asia\/Kolkata; next on/);
  expect(asked.filter(({ route }) => route.startsWith('PATCH')).map(({ body }) => body)).toEqual([{ recurrence: { cron: '30 9 * * mon,fri', overlap: 'skip' } }]); // prettier-ignore
  await press('Start the series');
  await shown('You can pause or cancel the series, and each of its campaigns');
  the('dialog button', 'Start the series').click();
  await shown('The series is started.');
});

test('a step that lacks something says what, and is not left', async () => {
  fakeApi(LISTS);
  show(<Page />, '/campaigns/new');
  await shown('Whom does it go to?');
  await press('Text →');
  await shown('Give it a name, by which you find it again.');
  await shown('Paste at least one number.');
  await toText();
  await write('Message', 'Hello {name');
  await press('Route and sender →');
  await shown('At character 7: the brace is not closed');
});

test('a file is uploaded, and its rows that are wrong show at once', async () => {
  const file = { id: 'up_1', workflowId: 'w', name: 'list.csv', state: 'ready', rows: 3, valid: 2, invalid: 1, duplicates: 0, otherColumn: 0, columns: ['to', 'name'], createdAt: '2026-11-28T08:00:00.000Z', errors: [{ row: 4, column: 'to', value: 'abc', message: 'is no number' }] }; // prettier-ignore
  const asked = fakeApi({ ...LISTS, 'POST /api/v1/uploads': file, 'GET /api/v1/uploads/up_1': file });
  show(<Page />, '/campaigns/new');
  await shown('Whom does it go to?');
  the('label', 'A CSV file').querySelector('input')!.click();
  await shown('A new file');
  const input = document.getElementById('csv') as HTMLInputElement;
  Object.defineProperty(input, 'files', { value: [new File(['to,name\n9800000001,Asha\n'], 'list.csv')] });
  input.dispatchEvent(new Event('change', { bubbles: true }));
  await shown('2 can be sent to, 1 can’t');
  await shown('is no number');
  expect(asked.find(({ route }) => route === 'POST /api/v1/uploads')).toMatchObject({ query: { name: 'list.csv' }, headers: { 'Content-Type': 'text/csv' } }); // prettier-ignore
  expect(form.value).toMatchObject({ uploadId: 'up_1', recipients: 2 });
});

/** Writes into the cell of a table with this name. */
async function writeCell(name: string, value: string): Promise<void> {
  const cell = the('input', name) as HTMLInputElement;
  await act(async () => {
    cell.value = value;
    cell.dispatchEvent(new Event('input', { bubbles: true }));
  });
}

test('refused rows are mended in their table: what the browser finds at once, and what the API finds of the others', async () => {
  const rejected = { ...stored.audience, rejected: 1, problems: [{ position: 1, code: 'invalid-number', message: 'is no number of IN' }] }; // prettier-ignore
  const asked = fakeApi({
    ...LISTS,
    'POST /api/v1/campaigns': { ...made, audience: rejected },
    'PATCH /api/v1/campaigns/cmp_2': stored,
    'GET /api/v1/campaigns/cmp_2': stored,
  });
  show(<Page />, '/campaigns/new');
  await shown('Whom does it go to?');
  await toText();
  await press('1. Audience');
  await shown('1 row is refused: mend it here, or leave it out.');
  expect((the('.refused button', 'Try these again') as HTMLButtonElement).disabled).toBe(true);
  await writeCell('to of row 4', '9800000003');
  await press('Try 1 row again');
  await shown('Every row can be used now.');
  expect(document.activeElement?.textContent).toBe('Every row can be used now.');
  await shown('3 numbers');
  await press('Text →');
  await write('Message', 'Hello {name}');
  await press('Route and sender →');
  await shown('1 recipient can’t be sent to and is left out.');
  await press('Look at it');
  await shown('is no number of IN');
  await writeCell('to of row 3', '9800000007');
  await press('Try 1 row again');
  await shown(() => asked.some(({ route }) => route.startsWith('PATCH')));
  expect(asked.find(({ route }) => route.startsWith('PATCH'))!.body).toEqual({
    audience: { recipients: ['9800000001', '9800000007', '9800000003'].map((to) => expect.objectContaining({ to })) },
  });
  await shown('Every row can be used now.');
});

test('ten thousand refused rows: the first are shown, all are a file', async () => {
  fakeApi(LISTS);
  show(<Page />, '/campaigns/new');
  await shown('Whom does it go to?');
  const rows = Array.from({ length: 10_000 }, (_, i) => `abc${i},Name ${i}`);
  await write('Numbers', ['to,name', '9800000001,Asha', ...rows].join('\n'));
  await shown('10,000 rows are refused: mend them here, or leave them out. These are the first 50.');
  expect(document.querySelectorAll('.refused tbody tr')).toHaveLength(50);
  await shown('10,000 refused rows as CSV');
});

const FILE = { id: 'up_1', workflowId: 'w', name: 'list.csv', state: 'ready', rows: 3, valid: 2, invalid: 1, duplicates: 0, otherColumn: 0, columns: ['to', 'name'], createdAt: '2026-11-28T08:00:00.000Z', errors: [{ row: 3, column: 'to', value: 'abc', message: 'is no number' }] }; // prettier-ignore

/** Chooses a file, as a person does. */
async function choose(field: HTMLElement, text: string): Promise<void> {
  Object.defineProperty(field, 'files', { configurable: true, value: [new File([text], 'list.csv')] });
  await act(async () => void field.dispatchEvent(new Event('change', { bubbles: true })));
}

test('refused rows of a file are mended in the browser that has it: the whole file goes up again', async () => {
  const mended = { ...FILE, id: 'up_2', valid: 3, invalid: 0, errors: [] };
  const asked = fakeApi({
    ...LISTS,
    'GET /api/v1/uploads': { items: [FILE], nextCursor: null },
    'GET /api/v1/uploads/up_1': FILE,
    'POST /api/v1/uploads': mended,
  });
  show(<Page />, '/campaigns/new');
  await shown('Whom does it go to?');
  the('label', 'A CSV file').querySelector('input')!.click();
  await shown('Or a file from before');
  await write('Or a file from before', 'up_1');
  await shown('Heliograph gives back no numbers.');
  const again = document.getElementById(the('label', 'Mend these rows here').getAttribute('for')!)!;
  await choose(again, 'phone\n12\n');
  await shown('It is another file, or it was changed since. The columns were to, name.');
  await choose(again, 'to,name\n9800000001,Asha\nabc,Ravi\n9800000003,Meera\n');
  await shown('1 row is refused');
  await writeCell('to of row 3', '9800000002');
  await press('Try 1 row again');
  await shown('Every row can be used now.');
  const sent = asked.find(({ route }) => route === 'POST /api/v1/uploads')!;
  expect(sent.query).toEqual({ name: 'list.csv' });
  expect(await (sent.body as Blob).text()).toBe('to,name\n9800000001,Asha\n9800000002,Ravi\n9800000003,Meera\n');
  expect(form.value).toMatchObject({ audience: 'upload', uploadId: 'up_2', recipients: 3 });
});

test('a variable that no column has is told before anything is stored', async () => {
  fakeApi(LISTS);
  show(<Page />, '/campaigns/new');
  await shown('Whom does it go to?');
  await toText();
  await write('Message', 'Hello {nam}');
  await shown('No column is called nam: the audience has {name}.');
});

test('what a text lacks comes with it: only what was changed is stored, and DLT ids go with another text', async () => {
  const asked = fakeApi({ ...LISTS, 'GET /api/v1/campaigns/cmp_2': draft, 'PATCH /api/v1/campaigns/cmp_2': stored });
  show(<Page />, '/campaigns/cmp_2/edit?step=text');
  await shown('What does it say?');
  await write('Entity id', '1201');
  await press('Route and sender →');
  await shown('Under which name');
  expect(asked.at(-1)!.route).not.toContain('forecast');
  await press('← Text');
  await write('Message', 'Hi {name}');
  await press('Route and sender →');
  await shown(() => asked.filter(({ route }) => route.startsWith('PATCH')).length === 2);
  expect(asked.filter(({ route }) => route.startsWith('PATCH')).map(({ body }) => body)).toEqual([
    { entityId: '1201' },
    { entityId: '1201', dltTemplateId: null, message: 'Hi {name}' },
  ]);
});

test('empty: no group yet says where one is made', async () => {
  fakeApi(LISTS);
  show(<Page />, '/campaigns/new');
  await shown('Whom does it go to?');
  the('label', 'A group').querySelector('input')!.click();
  await shown('There is no group yet.');
});

test('a stored draft is gone on with where it stands; one that was launched is not changed', async () => {
  fakeApi({ ...LISTS, 'GET /api/v1/campaigns/cmp_2': draft, 'GET /api/v1/campaigns/cmp_2/forecast': forecast });
  show(<Page />, '/campaigns/cmp_2/edit');
  await shown('Is it right? The audience has 2 recipients.');
  await press('1. Audience');
  await shown('As it is saved: 2 recipients');
  leave();
  fakeApi({ 'GET /api/v1/campaigns/cmp_9': { ...draft, id: 'cmp_9', state: 'running' } });
  show(<Page />, '/campaigns/cmp_9/edit');
  await shown('“New year” was launched');
});

test('an error of the API names the field and its step', async () => {
  const { problem } = refusal(400, 'invalid-request', 'A field is wrong.');
  fakeApi({ ...LISTS, 'POST /api/v1/campaigns': { problem: { ...problem, errors: [{ field: 'message', message: 'has {x}, which is no column' }] } } }); // prettier-ignore
  show(<Page />, '/campaigns/new');
  await shown('Whom does it go to?');
  await toText();
  await write('Message', 'Hello {x}');
  await press('Route and sender →');
  await shown('It is not saved yet: invalid-request');
  await shown('has {x}, which is no column');
  fakeApi({ 'GET /api/v1/campaigns/gone': refusal(404, 'not-found', 'There is no campaign gone.') });
  leave();
  show(<Page />, '/campaigns/gone/edit');
  await shown('There is no campaign gone.');
});

startRouter();

test('a draft that is unknown, or was launched, says so below the page’s title', async () => {
  fakeApi({ ...LISTS, 'GET /api/v1/campaigns/cmp_2': refusal(404, 'not-found', 'There is no campaign cmp_2.') });
  show(<Page />, '/campaigns/cmp_2/edit');
  await shown('There is no campaign cmp_2.');
  expect(the('h1').textContent).toBe('Draft');
  fakeApi({ ...LISTS, 'GET /api/v1/campaigns/cmp_3': { ...stored, id: 'cmp_3', state: 'running' } });
  show(<Page />, '/campaigns/cmp_3/edit');
  await shown('“New year” was launched');
  expect(the('h1').textContent).toBe('Draft');
});

test('a preview is written from the side from which its script is read', async () => {
  fakeApi(LISTS);
  show(<Page />, '/campaigns/new');
  await shown('Whom does it go to?');
  await toText();
  await write('Message', 'عرض خاص {name}');
  await shown('Preview');
  expect(the('.preview .sms').getAttribute('dir')).toBe('auto');
});
