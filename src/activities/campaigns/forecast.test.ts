import { segment } from '../../core/messages/segments';
import type { CampaignRow } from '../../store/campaigns/campaigns';
import { toForecast, type ForecastGateway } from './forecast';
import { ForecastSums } from './forecast-sums';

const NOW = Date.parse('2026-08-03T04:30:00Z');
const iso = (ms: number): string => new Date(ms).toISOString();

const campaign = (over: Partial<CampaignRow> = {}): CampaignRow =>
  ({
    timezone: 'Europe/Paris', service: 'T', options: null, due_at: null, send_window: null, duplicates: 0,
    rate_per_second: null, finish_within_seconds: null, recipients: 0, refused: 0, problems: [], audience: { kind: 'group', id: 'g' }, ...over,
  }) as CampaignRow; // prettier-ignore
const account = {
  default_country: 'IN',
  windows: [{ country: 'IN', start: '10:00', end: '21:00', timezone: 'Asia/Kolkata' }],
  promotional_services: [],
};
const gateway = (over: Partial<ForecastGateway> = {}): ForecastGateway => ({
  smartEncoding: false, ratePerSecond: null, pricePerSegment: null, currency: null, ...over,
}); // prettier-ignore

function tallyOf(...texts: string[]): ForecastSums {
  const sums = new ForecastSums();
  for (const text of texts) sums.add({ text, segmentation: segment(text) });
  return sums;
}
const many = (count: number): ForecastSums => tallyOf(...Array.from({ length: count }, () => 'Hello'));

test('adds up parts, encodings and what they cost', () => {
  const sums = tallyOf('Hello', 'x'.repeat(161), 'Réduction – 50 %', '“Sale”');
  sums.suppressed = 2;
  sums.reject({ position: 7, code: 'missing-variable', message: '{name} has no value and no default' });
  const price = gateway({ pricePerSegment: 0.1, currency: 'EUR' });
  const forecast = toForecast(sums, campaign({ duplicates: 3 }), account, price, NOW);
  expect(forecast).toMatchObject({
    recipients: 4, suppressed: 2, duplicates: 3, rejected: 1, problems: [{ position: 7 }],
    segments: { total: 5, byParts: { 1: 3, 2: 1 } }, encodings: { gsm7: 2, ucs2: 2 },
    cost: { amount: 0.5, currency: 'EUR' }, madeAt: iso(NOW),
  }); // prettier-ignore
  expect(forecast.surprises.map(({ character }) => character).sort()).toEqual(['–', '“', '”']);
  expect(forecast.warnings).toEqual([
    '1 recipients are left out: see problems',
    expect.stringMatching(/^2 messages are UCS-2/),
  ]);
});

test('recipients that the request or the upload rejected are left out too, and come first', () => {
  const problem = (position: number) => ({ position, code: 'invalid-number', message: 'to: the number is empty' });
  const sums = tallyOf('Hello');
  sums.reject(problem(7));
  // Prepared already: what was found meanwhile is found again by the forecast.
  const over = { refused: 250, rejected: 251, problems: Array.from({ length: 100 }, (_, i) => problem(i)) };
  const { rejected, problems, warnings } = toForecast(sums, campaign(over), account, gateway(), NOW);
  expect([rejected, problems]).toEqual([251, over.problems]);
  expect(warnings).toContain('251 recipients are left out: see problems');
  const few = { refused: 1, rejected: 2, problems: [problem(1), problem(7)] };
  expect(toForecast(sums, campaign(few), account, gateway(), NOW)).toMatchObject({
    rejected: 2, problems: [problem(1), problem(7)],
  }); // prettier-ignore
});

test('tells what smart encoding saves, or would save', () => {
  const text = `“${'x'.repeat(140)}”`;
  const smart = segment(text.replace(/[“”]/g, '"'));
  const forecastWith = (on: boolean) => {
    const sums = new ForecastSums(on);
    sums.add({ text, segmentation: segment(text), smart });
    sums.add({ text: 'नमस्ते', segmentation: segment('नमस्ते') });
    return toForecast(sums, campaign(), account, gateway(), NOW);
  };
  const off = forecastWith(false);
  expect(off).toMatchObject({ smartEncoding: { on: false, messages: 1, segments: 2 }, segments: { total: 4 } });
  expect(off.warnings).toContain('smartEncoding would save 2 parts in 1 messages');
  const on = forecastWith(true);
  expect(on).toMatchObject({ smartEncoding: { on: true, messages: 1, segments: 2 }, segments: { total: 2 } });
  expect(on).toMatchObject({ encodings: { gsm7: 1, ucs2: 1 } });
  expect(on.surprises.map(({ character }) => character)).not.toContain('“');
  expect(on.warnings.join()).not.toContain('smartEncoding');
});

test('no price, no cost; no gateway, a warning', () => {
  expect(toForecast(many(1), campaign(), account, gateway(), NOW)).toMatchObject({ cost: null, warnings: [] });
  expect(toForecast(many(1), campaign(), account, null, NOW)).toMatchObject({
    cost: null, warnings: ['the account has no active gateway: messages would wait'],
  }); // prettier-ignore
});

test('the slower of campaign and gateway says how long it takes', () => {
  const seconds = (over: Partial<CampaignRow>, ratePerSecond: number | null): number =>
    toForecast(many(100), campaign(over), account, gateway({ ratePerSecond }), NOW).sendingSeconds;
  expect(seconds({ rate_per_second: 10 }, 50)).toBe(10);
  expect(seconds({ rate_per_second: 100 }, 50)).toBe(2);
  expect(seconds({ finish_within_seconds: 200 }, null)).toBe(200);
  expect(seconds({}, null)).toBe(1);
});

test('it begins at its time, and rests while its window is closed', () => {
  const at = (over: Partial<CampaignRow>): string | null =>
    toForecast(many(7_200), campaign({ rate_per_second: 1, ...over }), account, gateway(), NOW).finishesAt;
  expect(at({})).toBe('2026-08-03T06:30:00.000Z');
  expect(at({ due_at: new Date('2026-08-04T00:00:00Z') })).toBe('2026-08-04T02:00:00.000Z');
  expect(at({ due_at: new Date('2026-08-01T00:00:00Z') })).toBe('2026-08-03T06:30:00.000Z');
  const send_window = { start: '06:00', end: '07:30', timezone: 'UTC' };
  expect(at({ send_window })).toBe('2026-08-04T06:30:00.000Z');
});

test('promotional traffic keeps the hours of the account’s country', () => {
  const at = (over: Partial<CampaignRow>, country = 'IN') =>
    toForecast(
      many(3_600), campaign({ rate_per_second: 1, due_at: new Date('2026-08-03T15:00:00Z'), ...over }),
      { ...account, default_country: country }, gateway(), NOW,
    ).finishesAt; // prettier-ignore
  // 20:30 to 21:00 in India, and on from 10:00.
  expect(at({ service: 'P' })).toBe('2026-08-04T05:00:00.000Z');
  expect(at({ service: 'T' })).toBe('2026-08-03T16:00:00.000Z');
  expect(at({ service: 'P' }, 'FR')).toBe('2026-08-03T16:00:00.000Z');
  // On the recipient's clock: the account's country tells which.
  const send_window = { start: '09:00', end: '12:00', timezone: null };
  expect(at({ send_window })).toBe('2026-08-04T04:30:00.000Z');
  expect(at({ send_window }, 'FR')).toBe('2026-08-04T08:00:00.000Z');
});

test('a window that does not open is said', () => {
  const send_window = { start: '22:00', end: '23:00', timezone: 'Asia/Kolkata' };
  const forecast = toForecast(many(1), campaign({ service: 'P', send_window }), account, gateway(), NOW);
  expect(forecast).toMatchObject({ finishesAt: null, warnings: ['the sending window does not open'] });
});

test('missing DLT ids are said where Indian operators are meant', () => {
  const warnings = (options: CampaignRow['options']) =>
    toForecast(many(1), campaign({ timezone: 'Asia/Kolkata', options }), account, gateway(), NOW).warnings;
  expect(warnings(null)).toEqual(['no DLT entity id and no DLT template id: Indian operators drop such messages']);
  expect(warnings({ entityId: '1', templateId: '2' })).toEqual([]);
});

test('nobody to send to is said', () => {
  expect(toForecast(new ForecastSums(), campaign(), account, gateway(), NOW)).toMatchObject({
    recipients: 0, sendingSeconds: 0, warnings: ['nobody would get a message'],
  }); // prettier-ignore
});
