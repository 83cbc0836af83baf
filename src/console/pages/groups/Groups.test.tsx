/** Groups, their members, test phones: with data, empty, with an error; numbers with or without “+”. */
import { session } from '../../api';
import { fakeApi, press, refusal, screenText, show, shown, the, write } from '../../testing';
import GroupPage from './Group';
import Groups from './Groups';
import TestPhones from './TestPhones';

const group = (over: object = {}) => ({
  id: 'grp_1', name: 'On call', level: 'Critical', templateId: null, sender: null, routeId: null, gatewayId: null,
  description: null, members: 2, createdAt: '2026-11-29T10:00:00Z', ...over,
}); // prettier-ignore
const member = { id: 'mem_1', to: '+886911960999', name: 'Asha', variables: { city: 'Pune' }, createdAt: '2026-11-29T10:00:00Z' }; // prettier-ignore
const phone = (over: object = {}) => ({
  id: 'tp_1', to: '+886911960999', name: 'Desk', verified: false, verifiedAt: null, createdAt: '2026-11-29T10:00:00Z', ...over,
}); // prettier-ignore
const list = (items: object[]) => ({ items, nextCursor: null });
const page = { params: { id: 'grp_1' }, query: new URLSearchParams() };
const CHOICES = {
  'GET /api/v1/templates': list([{ id: 'tpl_1', name: 'Outage' }]),
  'GET /api/v1/routes': list([]),
  'GET /api/v1/gateways': list([]),
};

describe('groups', () => {
  test('with their levels; a new one leads to its page', async () => {
    const asked = fakeApi({
      ...CHOICES,
      'GET /api/v1/groups': list([group()]),
      'POST /api/v1/groups': group({ id: 'grp_2' }),
    });
    show(<Groups {...page} />, '/groups');
    await shown('One group; 1 without a template');
    await press('+ Add a group');
    await write('Group name', 'Night');
    await write('Group level', 'Warning');
    await shown('Outage');
    await write('Template', 'tpl_1');
    await press('Save the group');
    await shown(() => location.pathname === '/console/groups/grp_2');
    expect(asked.find(({ route }) => route.startsWith('POST'))?.body).toMatchObject({ name: 'Night', level: 'Warning', templateId: 'tpl_1', sender: null }); // prettier-ignore
  });

  test('none, and an error', async () => {
    fakeApi({ 'GET /api/v1/groups': list([]) });
    show(<Groups {...page} />, '/groups');
    await shown('No group yet');
    fakeApi({ 'GET /api/v1/groups': refusal(503, 'unavailable') });
    show(<Groups key="again" {...page} />, '/groups');
    await shown('The groups can’t be shown');
  });
});

describe('a group', () => {
  const api = (members: object[], more: object = {}) => ({
    ...CHOICES,
    'GET /api/v1/groups/grp_1': group(),
    'GET /api/v1/groups/grp_1/members': list(members),
    ...more,
  });

  test('a member is added as written, taken out, and put back', async () => {
    const asked = fakeApi(
      api([member], {
        'POST /api/v1/groups/grp_1/members': member,
        'DELETE /api/v1/groups/grp_1/members/mem_1': undefined,
      }),
    );
    show(<GroupPage {...page} />, '/groups/grp_1');
    await shown('2 members; each message brings its text.');
    await shown('city: Pune');
    await write('Phone number', '886911960999');
    await press('+ Add');
    await shown('886911960999 is in the group.');
    await press('Remove +886911960999');
    await shown('Asha is out of “On call”.');
    await press('Undo');
    await shown(() => asked.filter(({ route }) => route.startsWith('POST')).length === 2);
    expect(asked.filter(({ route }) => route.startsWith('POST')).map(({ body }) => body)).toEqual([
      { to: '886911960999', name: null },
      { to: '+886911960999', name: 'Asha', variables: { city: 'Pune' } },
    ]);
  });

  test('many at once: what is refused is said by line', async () => {
    const asked = fakeApi(
      api([], {
        'POST /api/v1/groups/grp_1/members': {
          added: 1,
          duplicates: 0,
          rejected: [{ index: 1, code: 'invalid-number', field: 'to', message: 'is too short' }],
        },
      }),
    );
    show(<GroupPage {...page} />, '/groups/grp_1');
    await shown('Nobody is in it yet');
    await write('One in each line', '9800000001, Asha\n12');
    await press('Add all');
    await shown('Line 2, 12: to is too short');
    expect(asked.find(({ route }) => route.startsWith('POST'))?.body).toEqual({ members: [{ to: '9800000001', name: 'Asha' }, { to: '12' }] }); // prettier-ignore
  });

  test('is sent to after a question; a refused one says why', async () => {
    fakeApi(api([member], { 'POST /api/v1/send': [{ groupId: 'grp_1', status: 'rejected', accepted: 0, error: 'no gateway' }] })); // prettier-ignore
    show(<GroupPage {...page} />, '/groups/grp_1');
    await shown('Send to it');
    await press('Send to it');
    await write('Text', 'The line is down');
    await press(/^Send $/);
    await press('Send to 2 members');
    await shown('no gateway');
  });

  test('its members can’t be had', async () => {
    fakeApi(api([], { 'GET /api/v1/groups/grp_1/members': refusal(500, 'internal') }));
    show(<GroupPage {...page} />, '/groups/grp_1');
    await shown('The members can’t be shown');
  });
});

describe('test phones', () => {
  test('one gets a code and is verified by it', async () => {
    let verified = false;
    const asked = fakeApi({
      'GET /api/v1/test-phones': () => list([phone({ verified })]),
      'POST /api/v1/test-phones': phone(),
      'POST /api/v1/test-phones/tp_1/verify': ({ body }: { body: { code: string } }) =>
        body.code === '042917'
          ? phone({ verified: (verified = true) })
          : refusal(400, 'wrong-code', 'That is not the code'),
    });
    show(<TestPhones {...page} />, '/groups/test-phones');
    await shown('None is verified yet');
    await write('Phone number', '+886 911 960 999');
    await press('+ Send it a code');
    await shown('The code that +886911960999 got');
    await write('Verification code', '111111');
    await press(/^Verify $/);
    await shown('That is not the code');
    await write('Verification code', '042917');
    await press(/^Verify $/);
    await shown('Desk is verified.');
    await shown('One phone is verified for tests.');
    expect(asked.find(({ route }) => route === 'POST /api/v1/test-phones')?.body).toEqual({ to: '+886 911 960 999', name: null }); // prettier-ignore
  });

  test('none; a reader is offered no change', async () => {
    session.value = { ...session.value!, scopes: ['read'] };
    fakeApi({ 'GET /api/v1/test-phones': list([]) });
    show(<TestPhones {...page} />, '/groups/test-phones');
    await shown('No test phone yet');
    expect(screenText()).not.toContain('Send it a code');
  });

  test('an error', async () => {
    fakeApi({ 'GET /api/v1/test-phones': refusal(503, 'unavailable') });
    show(<TestPhones {...page} />, '/groups/test-phones');
    await shown('The test phones can’t be shown');
    expect(the('.tabs a', 'Groups').getAttribute('href')).toBe('/console/groups');
  });
});
