import { CallbackBudgets, UnprovenThrottle } from './budgets';

const MB = 1_048_576;

beforeEach(() => jest.useFakeTimers({ now: 0 }));
afterEach(() => jest.useRealTimers());

describe('a gateway’s budget', () => {
  it('lets a burst of bulk reports through, and then as much as comes in a second', () => {
    const budgets = new CallbackBudgets();
    // A campaign of 400,000, reported at once in posts of 100.
    for (let i = 0; i < 4_000; i++) expect(budgets.take('gw', { rows: 100, bytes: 30_000 })).toBe(0);
    expect(budgets.take('gw', { rows: 100, bytes: 30_000 })).toBeGreaterThan(0);
    jest.advanceTimersByTime(1_000);
    for (let i = 0; i < 250; i++) expect(budgets.take('gw', { rows: 100, bytes: 30_000 })).toBe(0);
    expect(budgets.take('gw', { rows: 100, bytes: 30_000 })).toBeGreaterThan(0);
  });

  it('bounds bytes too, however few the rows', () => {
    const budgets = new CallbackBudgets();
    for (let i = 0; i < 32; i++) expect(budgets.take('gw', { rows: 1, bytes: 4 * MB })).toBe(0);
    expect(budgets.take('gw', { rows: 1, bytes: 4 * MB })).toBe(500);
  });

  it('is its own', () => {
    const budgets = new CallbackBudgets();
    for (let i = 0; i < 33; i++) budgets.take('flooded', { rows: 1, bytes: 4 * MB });
    expect(budgets.take('flooded', { rows: 1, bytes: 4 * MB })).toBeGreaterThan(0);
    expect(budgets.take('other', { rows: 1, bytes: 4 * MB })).toBe(0);
  });
});

describe('who brings what it can’t prove', () => {
  const guess = (throttle: UnprovenThrottle, who: string, times: number): void => {
    for (let i = 0; i < times; i++) throttle.refused(who);
  };

  it('is held back once there is too much of it, and for as long', () => {
    const throttle = new UnprovenThrottle(10, 100);
    guess(throttle, 'a', 99);
    expect(throttle.waitMs('a')).toBe(0);
    guess(throttle, 'a', 1);
    expect(throttle.waitMs('a')).toBe(100);
    expect(throttle.waitMs('b')).toBe(0);
    jest.advanceTimersByTime(100);
    expect(throttle.waitMs('a')).toBe(0);
  });

  it('is let through when it has proved itself lately', () => {
    const throttle = new UnprovenThrottle(10, 100);
    guess(throttle, 'a', 100);
    throttle.proven('a');
    guess(throttle, 'a', 1_000);
    expect(throttle.waitMs('a')).toBe(0);
    jest.advanceTimersByTime(600_000);
    guess(throttle, 'a', 200);
    expect(throttle.waitMs('a')).toBeGreaterThan(0);
  });

  it('is forgotten when there are too many: what is kept is bounded', () => {
    const throttle = new UnprovenThrottle(1, 1);
    expect(throttle.watches).toBe(false);
    for (let i = 0; i < 10_001; i++) throttle.refused(`address ${i}`);
    expect(throttle.watches).toBe(true);
    expect(throttle.waitMs('address 0')).toBe(0);
    expect(throttle.waitMs('address 10000')).toBeGreaterThan(0);
  });
});
