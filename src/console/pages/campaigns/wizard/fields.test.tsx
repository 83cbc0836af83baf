/**
 * The wizard offers all that the API takes of a campaign: every field of the schema of docs/openapi.json is written by a
 * person's hand into the step that has it, or is left out for a reason.
 */
import { act } from 'preact/test-utils';
import { fakeApi, show, shown, the, write } from '../../../testing';
import { address } from '../../../router';
import Wizard from '../Wizard';
import { form, leave } from './draft';
import { STEP_NAMES, type Step } from './form';
import { bodyOf } from './told';

type Schema = { properties?: Record<string, Schema>; anyOf?: Schema[]; type?: string };

type Document = { paths: Record<string, Record<string, { requestBody: { content: { 'application/json': { schema: Schema } } } }>> }; // prettier-ignore

const { paths } = jest.requireActual<Document>('../../../../../docs/openapi.json');

/** `window.start` for a field within another one; of several kinds of an object the fields of all. */
function namesOf(schema: Schema, prefix = ''): string[] {
  const parts = [schema, ...(schema.anyOf ?? [])].flatMap(({ properties }) => Object.entries(properties ?? {}));
  return [...new Set(parts.flatMap(([name, of]) => {
    const inner = namesOf(of, `${prefix}${name}.`);
    return inner.length === 0 ? [prefix + name] : inner;
  }))]; // prettier-ignore
}

const fieldsOf = (method: string, route: string): string[] =>
  namesOf(paths[route]![method]!.requestBody.content['application/json'].schema);

/** Presses the box or the radio button with these words. */
const tick = (words: string) => async (): Promise<void> => {
  const label = the('label', words);
  const id = label.getAttribute('for');
  await act(async () => (id === null ? label.querySelector('input')! : document.getElementById(id)!).click());
};
const into = (label: string | RegExp, value: string) => (): Promise<void> => write(label, value);
const hours = tick('Only within certain hours');
const series = tick('Again and again');

/** Where each field is: the step, and what a person does there. */
const OFFERED: Record<string, [step: Step, ...hands: (() => Promise<void>)[]]> = {
  name: ['audience', into('Name of the campaign', 'Another name')],
  'audience.recipients': ['audience', into('Numbers', '9800000009')],
  'audience.groupId': ['audience', tick('A group'), () => shown('On duty'), into('Group', 'g1')],
  'audience.uploadId': ['audience', tick('A CSV file'), () => shown('list.csv'), into('Or a file from before', 'up1')],
  message: ['text', into('Message', 'Another text')],
  templateId: ['text', tick('A template'), () => shown('Order'), into('Template', 't1')],
  variables: ['text', into('Message', 'Hi {name}'), () => shown('{name} for everybody'), into('{name} for everybody', 'there')],
  type: ['text', into('Characters', 'U')],
  flash: ['text', tick('Flash')],

  port: ['text', into('Port of an app', '5000')],
  sensitive: ['text', tick('Sensitive')],
  entityId: ['text', into('Entity id', '1201')],
  dltTemplateId: ['text', into('Template id', '1207')],
  sender: ['way', into('Sender ID', 'TXTSMS')],
  routeId: ['way', () => shown('Brand A first'), into('Route', 'r1')],
  service: ['way', into('Kind of message', 'P')],
  webhookId: ['way', () => shown('hooks.example'), into('Outcomes go to', 'w1')],
  time: ['time', tick('At a time'), into(/^Time $/, '2027-01-01T10:00')],
  timezone: ['time', into('Time zone', 'Asia/Dubai')],
  'recurrence.cron': ['time', series, into(/^At $/, '11:15')],
  'recurrence.overlap': ['time', series, into('If the one before has not ended', 'allow')],
  'window.start': ['time', hours, into('From', '09:00')],
  'window.end': ['time', hours, into('Until', '18:00')],
  'window.days': ['time', hours, tick('Sunday')],
  'window.recipientZone': ['time', hours, into('By which clock', 'recipient')],
  'window.timezone': ['time', hours, into('By which clock', 'own'), into('Zone of these hours', 'Asia/Dubai')],
  lateness: ['time', tick('At a time'), into('If Heliograph is late', 'skip')],
  maxAgeSeconds: ['time', into('So long after its time', '2')],
  validUntil: ['time', into('Or at a moment', '2027-01-02T10:00')],
  ratePerSecond: ['time', into('Messages a second', '20')],
  finishWithinSeconds: ['time', into('Spread over', '30')],
}; // prettier-ignore

const LEFT_OUT: Record<string, string> = {
  draft: 'What the wizard makes is always a draft: launching it is its last step.',
};

const list = (...items: object[]) => ({ items, nextCursor: null });
const LISTS = {
  'GET /api/v1/templates': list({ id: 't1', name: 'Order', text: 'Your order', dltTemplateId: null }),
  'GET /api/v1/senders': list(),
  'GET /api/v1/routes': list({ id: 'r1', name: 'Brand A first' }),
  'GET /api/v1/webhooks': list({ id: 'w1', kind: 'clevertap', url: 'https://hooks.example/ct', isDefault: false }),
  'GET /api/v1/groups': list({ id: 'g1', name: 'On duty', members: 3 }),
  'GET /api/v1/groups/g1/members': list(),
  'GET /api/v1/uploads': list({ id: 'up1', name: 'list.csv', state: 'ready', valid: 2 }),
};

function Page() {
  return <Wizard params={{}} query={address.value.query} />;
}

const valueAt = (body: object, field: string): unknown =>
  field.split('.').reduce<unknown>((of, name) => (of as Record<string, unknown> | undefined)?.[name], body);

test('every field that a campaign is made or changed with is offered, or left out for a reason', () => {
  const all = new Set([...fieldsOf('post', '/api/v1/campaigns'), ...fieldsOf('patch', '/api/v1/campaigns/{id}')]);
  expect([...all].filter((field) => !(field in OFFERED) && !(field in LEFT_OUT))).toEqual([]);
  expect([...Object.keys(OFFERED), ...Object.keys(LEFT_OUT)].filter((field) => !all.has(field))).toEqual([]);
});

test.each(Object.entries(OFFERED))('%s is told as it is written', async (field, [step, ...hands]) => {
  fakeApi(LISTS);
  leave();
  show(<Page />, '/campaigns/new?step=audience');
  await shown('Whom does it go to?');
  await write('Name of the campaign', 'Sale');
  await write('Numbers', '9800000001');
  form.value = { ...form.value!, message: 'Hello' };
  address.value = { ...address.value, query: new URLSearchParams({ step }) };
  await shown(() => document.querySelector('[aria-current=step]')?.textContent?.includes(STEP_NAMES[step]));
  const before = valueAt(bodyOf(form.value!), field);
  for (const hand of hands) await hand();
  const told = valueAt(bodyOf(form.value!), field);
  expect(told).toBeDefined();
  expect(told).not.toEqual(before);
});
