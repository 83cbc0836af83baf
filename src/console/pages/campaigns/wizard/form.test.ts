/** The wizard's form: what is asked for, what is stored, and that a stored draft comes back as it was. */
import { draft, running } from '../fixtures';
import { emptyForm, firstOpen, isStorable, problemsOf, type Form } from './form';
import { bodyOf, formOf, patchOf } from './told';

const filled: Form = {
  ...emptyForm('Asia/Kolkata'),
  name: 'Diwali',
  pasted: 'to,name\n9800000001,Asha',
  message: 'Hello {name}',
};

test('each step says what it lacks; the first open step is where one goes on', () => {
  const empty = emptyForm('Asia/Kolkata');
  expect(Object.keys(problemsOf(empty, 'audience'))).toEqual(['name', 'pasted']);
  expect(problemsOf({ ...empty, message: 'Hi {name' }, 'text').message).toContain('At character 4');
  expect([firstOpen(empty), isStorable(empty)]).toEqual(['audience', false]);
  expect([firstOpen({ ...filled, message: '' }), firstOpen(filled)]).toEqual(['text', 'review']);
  expect(problemsOf({ ...filled, begins: 'at', hasWindow: true, windowEnd: '10:00', days: [], rate: '0' }, 'time')).toEqual({
    time: expect.any(String), windowEnd: expect.any(String), days: expect.any(String), rate: expect.any(String),
  }); // prettier-ignore
});

test('a new draft names only what is given', () => {
  expect(bodyOf({ ...filled, entityId: ' 1201 ' })).toEqual({
    name: 'Diwali',
    audience: { recipients: [{ to: '9800000001', variables: { name: 'Asha' } }] },
    message: 'Hello {name}',
    type: 'A',
    entityId: '1201',
    timezone: 'Asia/Kolkata',
    lateness: 'send',
  });
});

test('a stored one takes away what is emptied, and keeps whom it goes to', () => {
  const form = formOf({ ...draft, time: '2026-11-29T04:30:00.000Z', ratePerSecond: null });
  expect(form).toMatchObject({ audience: 'kept', begins: 'at', time: '2026-11-29T10:00', recipients: 2 });
  const body = patchOf({ ...form, sender: '', begins: 'now' });
  expect(body).toMatchObject({ sender: null, routeId: null, time: null, window: null, ratePerSecond: null });
  expect(body).not.toHaveProperty('audience');
  expect(formOf(running)).toMatchObject({ audience: 'upload', uploadId: 'up_1', rate: '50' });
});

test('a series that is stored comes back as it was asked for, and says when it comes', () => {
  const form = formOf({ ...draft, recurrence: { cron: '5 9 * * mon,fri', overlap: 'buffer' } });
  expect(form).toMatchObject({ begins: 'series', cadence: { every: 'week', at: '09:05', weekdays: ['mon', 'fri'], overlap: 'buffer' } }); // prettier-ignore
  expect(patchOf(form)).toMatchObject({ recurrence: { cron: '5 9 * * mon,fri', overlap: 'buffer' }, time: null, validUntil: null }); // prettier-ignore
  expect(patchOf({ ...form, begins: 'now' })).toMatchObject({ recurrence: null });
  expect(problemsOf({ ...form, cadence: { ...form.cadence, weekdays: [] } }, 'time').cadence).toBe('Choose a day.');
  expect(problemsOf({ ...form, cadence: { ...form.cadence, every: 'cron', cron: '61 9 * * *' } }, 'time').cadence).toContain('"61" as minute'); // prettier-ignore
});

test('ages, zones and clocks of hours come back in the units and words they had', () => {
  const form = formOf({
    ...draft,
    maxAgeSeconds: 7_200,
    validUntil: '2026-12-01T04:30:00.000Z',
    window: { start: '09:00', end: '18:00', timezone: null },
  });
  expect(form).toMatchObject({ ageAmount: '2', ageUnit: 'hours', validUntil: '2026-12-01T10:00', windowClock: 'recipient' }); // prettier-ignore
  expect(patchOf(form)).toMatchObject({ maxAgeSeconds: 7_200, validUntil: '2026-12-01 10:00', window: { recipientZone: true } }); // prettier-ignore
  const own = formOf({ ...draft, maxAgeSeconds: 90, window: { start: '09:00', end: '18:00', timezone: 'Asia/Dubai' } });
  expect(own).toMatchObject({ ageAmount: '90', ageUnit: 'seconds', windowClock: 'own', windowZone: 'Asia/Dubai' });
  expect(patchOf(own).window).toEqual({ start: '09:00', end: '18:00', days: own.days, recipientZone: false, timezone: 'Asia/Dubai' }); // prettier-ignore
  expect(problemsOf({ ...own, timezone: 'Asia/Kolkta', windowZone: '+05:30', ageAmount: '401', ageUnit: 'days' }, 'time')).toEqual({
    timezone: expect.any(String), windowZone: expect.any(String), ageAmount: expect.any(String),
  }); // prettier-ignore
});

test('what belongs to the text comes back with it, and is taken away when it is emptied', () => {
  const form = formOf({ ...draft, type: 'U', flash: true, port: 5_000, entityId: '1201', dltTemplateId: '1207' });
  expect(form).toMatchObject({ type: 'U', flash: true, port: '5000', entityId: '1201', dltTemplateId: '1207' });
  expect(patchOf({ ...form, type: 'A', flash: false, port: '', entityId: '' })).toMatchObject({
    type: 'A', flash: false, port: null, entityId: null, dltTemplateId: '1207',
  }); // prettier-ignore
  const byTemplate = formOf({ ...draft, templateId: 'tpl_1', entityId: '1201' });
  expect(patchOf(byTemplate)).not.toHaveProperty('entityId');
});

test('a text that nobody is shown stays, unless another one is written', () => {
  const form = formOf({ ...draft, message: null, sensitive: true });
  expect(problemsOf(form, 'text')).toEqual({});
  expect(patchOf(form)).not.toHaveProperty('message');
  expect(patchOf({ ...form, message: 'Your code' })).toMatchObject({ message: 'Your code' });
});
