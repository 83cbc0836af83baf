import { uuidv7, uuidv7Ms } from './ids';
import { originOf, sendIdOf, SHAPES } from './send-id';

test('an id tells its contract and its key, and no other one', () => {
  for (const shape of SHAPES) {
    const origin = originOf(sendIdOf({ shape, keyId: 'key_a' }))!;
    expect([origin.shape, origin.isOf('key_a'), origin.isOf('key_b')]).toEqual([shape, true, false]);
  }
});

test('ids do not repeat, sort by time, and are of version 8', () => {
  const ids = Array.from({ length: 10_000 }, () => sendIdOf({ shape: 'generic', keyId: 'key_a' }));
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toEqual([...ids].sort());
  expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(Math.abs(uuidv7Ms(ids[0]!) - Date.now())).toBeLessThan(60_000);
});

test('ids of before, and of campaigns, tell nothing', () => {
  expect(originOf(uuidv7())).toBeNull();
  expect(originOf(sendIdOf({ shape: 'api', keyId: 'k' }).replace(/^(.{20})../, '$1ff'))).toBeNull();
});
