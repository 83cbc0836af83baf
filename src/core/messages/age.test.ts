import { ageLimit, lastMoment, validUntilProblem } from './age';

const at = (clock: string): Date => new Date(`2026-08-01T${clock}Z`);
const NOTHING = { maxAgeSeconds: null, validUntil: null };

describe('ageLimit', () => {
  const defaults = { T: 300, P: 3_600, S: 60 };

  it.each([
    ['T', 300],
    ['P', 3_600],
    ['S', 60],
    ['otp', 60],
  ])('%s that says nothing takes the default of its class', (service, maxAgeSeconds) => {
    expect(ageLimit(NOTHING, service, defaults)).toEqual({ maxAgeSeconds, validUntil: null });
  });

  it('without a default of its class there is no limit', () => {
    expect(ageLimit(NOTHING, 'T', { P: 3_600 })).toEqual(NOTHING);
  });

  it.each([
    { maxAgeSeconds: 900, validUntil: null },
    { maxAgeSeconds: null, validUntil: at('05:00:00') },
  ])('what was said takes the place of the default: %j', (said) => {
    expect(ageLimit(said, 'T', defaults)).toEqual(said);
  });
});

describe('lastMoment', () => {
  it.each([
    [NOTHING, null],
    [{ maxAgeSeconds: 90, validUntil: null }, at('04:01:30')],
    [{ maxAgeSeconds: null, validUntil: at('05:00:00') }, at('05:00:00')],
    [{ maxAgeSeconds: 90, validUntil: at('05:00:00') }, at('04:01:30')],
    [{ maxAgeSeconds: 7_200, validUntil: at('05:00:00') }, at('05:00:00')],
  ])('%j', (limit, moment) => {
    expect(lastMoment(limit, at('04:00:00'))).toEqual(moment);
  });
});

describe('validUntilProblem', () => {
  const now = at('04:00:00');

  it.each([
    [at('04:00:01'), null],
    [at('04:00:01'), at('03:00:00')],
    [at('05:00:01'), at('05:00:00')],
  ])('%j of what is due at %j is fine', (validUntil, dueAt) => {
    expect(validUntilProblem(validUntil, dueAt, now)).toBeNull();
  });

  it.each([
    [now, null, /^is 2026-08-01T04:00:00\.000Z, which is over before the message could leave: give a moment to come/],
    [at('03:00:00'), at('02:00:00'), /03:00:00.*over before the message could leave/],
    [at('05:00:00'), at('05:00:00'), /over before the message could leave at 2026-08-01T05:00:00\.000Z: give a later/],
  ])('%j of what is due at %j is over before', (validUntil, dueAt, problem) => {
    expect(validUntilProblem(validUntil, dueAt, now)).toMatch(problem);
  });
});
