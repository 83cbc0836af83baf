import fc from 'fast-check';
import { HEADER_SUFFIXES, headerProblem, readHeader, suffixFits } from './header';
import { indexRegistrations, type Registration, type SenderClass } from './sender';

const ENTITY = '1001000000000000001';
const TEMPLATE = '1007000000000000001';
const registration = (over: Partial<Registration> = {}): Registration => ({
  sender: 'BRANDA', class: 'transactional', approved: true, entityId: null, templates: [], gatewayIds: [], ...over,
}); // prettier-ignore
const problemOf = (registrations: Registration[], service = 'T', header: string | null = 'BRANDA') =>
  headerProblem(indexRegistrations(registrations), header, { service, entityId: ENTITY, templateId: TEMPLATE }, [
    'OFFER',
  ]);

test.each([
  ['BRANDA', 'BRANDA', null],
  ['BRANDA-S', 'BRANDA', 'S'],
  ['VM-BRANDA-P', 'BRANDA', 'P'],
  ['AD-650123-P', '650123', 'P'],
  ['JD-BRANDA', 'JD-BRANDA', null],
  ['BRANDA-X', 'BRANDA-X', null],
  ['+447700900123', '+447700900123', null],
])('%s is the header %s with the suffix %s', (sender, header, suffix) => {
  expect(readHeader(sender)).toEqual({ header, suffix });
});

test('only promotional texts have the suffix -P', () => {
  for (const suffix of HEADER_SUFFIXES) {
    expect(suffixFits(suffix, 'P')).toBe(suffix === 'P');
    expect(suffixFits(suffix, 'T')).toBe(suffix !== 'P');
    expect(suffixFits(suffix, 'S')).toBe(suffix !== 'P');
  }
});

describe('a message may have', () => {
  test.each<[string, Partial<Registration>, string]>([
    ['the header of its class', {}, 'T'],
    ['one of service texts beside transactional ones', { class: 'service' }, 'T'],
    ['and the other way round', {}, 'OTP'],
    ['a promotional one', { class: 'promotional' }, 'mkt'],
    ['one by the account’s own word', { class: 'promotional' }, 'offer'],
    ['one of its entity', { entityId: ENTITY }, 'T'],
    ['one that is linked to its template', { templates: [TEMPLATE] }, 'T'],
  ])('%s', (_, over, service) => {
    expect(problemOf([registration(over)], service)).toBeNull();
  });
});

describe('a message may not have', () => {
  test.each<[string, Partial<Registration>, string, string, RegExp]>([
    ['one that is not approved', { approved: false }, 'T', 'sender-not-approved', /BRANDA is not approved/],
    ['a transactional one for promotion', {}, 'P', 'header-mismatch', /transactional messages only/],
    ['a service one for promotion', { class: 'service' }, 'MKT', 'header-mismatch', /service messages only/],
    ['a promotional one for a password', { class: 'promotional' }, 'T', 'header-mismatch', /promotional messages only/],
    ['one of another entity', { entityId: '1001000000000000002' }, 'T', 'header-mismatch', /another entity/],
    ['one of other templates', { templates: ['1007000000000000002'] }, 'T', 'header-mismatch', /not linked/],
  ])('%s', (_, over, service, code, message) => {
    expect(problemOf([registration(over)], service)).toEqual({ code, message: expect.stringMatching(message) });
  });
  test('none at all, nor one that is not registered', () => {
    expect(problemOf([registration()], 'T', null)).toMatchObject({ code: 'sender-not-approved' });
    expect(problemOf([registration()], 'T', 'BRANDX')).toMatchObject({ code: 'sender-not-approved' });
  });
});

test('whatever is registered, promotional texts leave with promotional headers, and no others do', () => {
  const classes = fc.subarray<SenderClass>(['transactional', 'promotional', 'service']);
  fc.assert(
    fc.property(
      classes,
      fc.constantFrom('T', 'S', 'OTP', 'P', 'Mkt', 'OFFER'),
      fc.boolean(),
      (all, service, approved) => {
        const registrations = all.map((one) => registration({ class: one, approved }));
        const promotional = ['P', 'Mkt', 'OFFER'].includes(service);
        const fits = approved && all.some((one) => (one === 'promotional') === promotional);
        expect(problemOf(registrations, service) === null).toBe(fits);
      },
    ),
  );
});
