/** The wizard's form: what is asked for, what is stored, and that a stored draft comes back as it was. */
import { draft, running } from '../fixtures';
import { bodyOf, emptyForm, firstOpen, formOf, isStorable, problemsOf, type Form } from './form';

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
  const body = bodyOf({ ...form, sender: '', begins: 'now' });
  expect(body).toMatchObject({ sender: null, routeId: null, time: null, window: null, ratePerSecond: null });
  expect(body).not.toHaveProperty('audience');
  expect(body).not.toHaveProperty('type');
  expect(formOf(running)).toMatchObject({ audience: 'upload', uploadId: 'up_1', rate: '50' });
});
