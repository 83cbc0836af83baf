import {
  classOf,
  indexRegistrations,
  mayFollow,
  senderNameProblem,
  senderProblem,
  type Registration,
  type SenderRules,
} from './sender';

const ENTITY = '1001000000000000001';
const OTHER_ENTITY = '1001000000000000002';
const TEMPLATE = '1007000000000000001';
const OTHER_TEMPLATE = '1007000000000000002';

function registration(sender: string, over: Partial<Registration> = {}): Registration {
  return { sender, class: 'transactional', approved: true, entityId: null, templates: [], gatewayIds: [], ...over };
}
const rules = (registrations: Registration[], approvedOnly = false): SenderRules => ({
  indiaStrict: false,
  promotionalServices: [],
  approvedOnly,
  registered: indexRegistrations(registrations),
});

it.each([
  ['T', 'transactional'],
  ['P', 'promotional'],
  ['S', 'service'],
  ['otp', 'service'],
])('service %s is %s', (service, expected) => {
  expect(classOf(service)).toBe(expected);
});

describe('mayFollow', () => {
  const use = { service: 'T', templateId: null };
  const a = registration('BRANDA', { entityId: ENTITY, templates: [TEMPLATE] });

  it.each<[string, Partial<Registration>, boolean]>([
    ['the same class, entity and template', { entityId: ENTITY, templates: [TEMPLATE] }, true],
    ['another class', { class: 'service', entityId: ENTITY, templates: [TEMPLATE] }, false],
    ['another entity', { entityId: OTHER_ENTITY, templates: [TEMPLATE] }, false],
    ['another template', { entityId: ENTITY, templates: [OTHER_TEMPLATE] }, false],
    ['one template in common', { entityId: ENTITY, templates: [OTHER_TEMPLATE, TEMPLATE] }, true],
    ['an entity that is not told', { templates: [TEMPLATE] }, true],
    ['templates that are not told', { entityId: ENTITY }, true],
  ])('%s: %j', (_, over, expected) => {
    const known = rules([a, registration('BRANDB', over)]);
    expect(mayFollow(known, 'BRANDA', 'BRANDB', use)).toBe(expected);
  });

  it('the template of the message decides where there is one', () => {
    const known = rules([a, registration('BRANDB', { templates: [TEMPLATE] })]);
    expect(mayFollow(known, 'BRANDA', 'BRANDB', { ...use, templateId: TEMPLATE })).toBe(true);
    expect(mayFollow(known, 'BRANDA', 'BRANDB', { ...use, templateId: OTHER_TEMPLATE })).toBe(false);
  });

  it('where one of them is not registered, it is used as given', () => {
    const known = rules([a]);
    expect(mayFollow(known, 'BRANDA', 'BRANDX', use)).toBe(true);
    expect(mayFollow(known, 'BRANDX', 'BRANDA', use)).toBe(true);
    expect(mayFollow(known, 'BRANDA', null, use)).toBe(true);
    expect(mayFollow(known, null, 'BRANDA', use)).toBe(true);
  });

  it('of several registrations the one of the message’s class counts', () => {
    const known = rules([
      registration('BRANDA'),
      registration('BRANDA', { class: 'service' }),
      registration('BRANDB', { class: 'service' }),
    ]);
    expect(mayFollow(known, 'BRANDA', 'BRANDB', { ...use, service: 'S' })).toBe(true);
    expect(mayFollow(known, 'BRANDA', 'BRANDB', { ...use, service: 'T' })).toBe(false);
  });

  it('the same sender ID follows itself over another gateway', () => {
    expect(mayFollow(rules([a]), 'BRANDA', 'BRANDA', { ...use, templateId: OTHER_TEMPLATE })).toBe(true);
  });
});

describe('senderProblem', () => {
  it('lets everything pass that is not registered, unless only approved ones may send', () => {
    expect(senderProblem(rules([]), 'BRANDA', 'gw_a')).toBeNull();
    expect(senderProblem(rules([]), null, 'gw_a')).toBeNull();
    expect(senderProblem(rules([], true), 'BRANDA', 'gw_a')).toBe('the sender ID BRANDA is not approved');
    expect(senderProblem(rules([], true), null, 'gw_a')).toBe('the gateway has no sender ID of its own');
  });

  it('an unapproved registration sends only where approval is not asked for', () => {
    const requested = [registration('BRANDA', { approved: false })];
    expect(senderProblem(rules(requested), 'BRANDA', 'gw_a')).toBeNull();
    expect(senderProblem(rules(requested, true), 'BRANDA', 'gw_a')).toBe('the sender ID BRANDA is not approved');
    const both = [...requested, registration('BRANDA', { class: 'service' })];
    expect(senderProblem(rules(both, true), 'BRANDA', 'gw_a')).toBeNull();
  });

  it('keeps a sender ID to the gateways it is registered with', () => {
    const bound = rules([registration('BRANDA', { gatewayIds: ['gw_a'] })]);
    expect(senderProblem(bound, 'BRANDA', 'gw_a')).toBeNull();
    expect(senderProblem(bound, 'BRANDA', 'gw_b')).toBe('the sender ID BRANDA is not registered for this gateway');
  });
});

describe('senderNameProblem', () => {
  it.each([
    ['IN', 'transactional', 'BRANDA', null],
    ['IN', 'service', 'brandA', null],
    ['IN', 'promotional', '650123', null],
    ['IN', 'transactional', 'BRAND', /six letters: in India a transactional header/],
    ['IN', 'service', '650123', /six letters: in India a service header/],
    ['IN', 'promotional', 'BRANDA', null],
    ['IN', 'promotional', 'BRANDA-P', /without a suffix such as -P/],
    ['IN', 'service', 'BRANDA-S', /without a suffix such as -S/],
    ['IN', 'promotional', '65012', /six digits/],
    ['IN', 'transactional', '+15550100123', null],
    ['IN', 'transactional', '+919800000001', /six letters/],
    ['IN', 'service', `MG${'0a'.repeat(16)}`, null],
    ['GB', 'promotional', 'BRAND', null],
    ['GB', 'transactional', 'My Brand 1', null],
    ['GB', 'transactional', '+15550100123', null],
    ['GB', 'transactional', '60123', null],
    ['GB', 'transactional', 'BRANDBRAND12', /up to 11/],
    ['GB', 'transactional', '12', /up to 11/],
    ['GB', 'transactional', 'Brand€', /up to 11/],
    ['GB', 'transactional', '  ', /up to 11/],
  ] as const)('%s, %s: %s', (country, of, sender, expected) => {
    const problem = senderNameProblem(sender, of, country);
    if (expected === null) expect(problem).toBeNull();
    else expect(problem).toMatch(expected);
  });
});
