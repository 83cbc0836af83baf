/** Numbers, times and names, as people read them. */
import { session } from '../../api';

const WHOLE = new Intl.NumberFormat('en');
const ONE_PLACE = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const PERCENT = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 });

/** `3,412`. */
export const count = (n: number): string => WHOLE.format(n);
/** `12.5`. */
export const decimal = (n: number): string => ONE_PLACE.format(n);
/** Of a share from 0 to 1: `97.3%`. */
export const percent = (share: number): string => PERCENT.format(share);
/** `1 message`, `3,412 messages`. */
export const plural = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`;
/** `delivery-rate`, `delivery_rate` → `Delivery rate`. */
export const words = (name: string): string => {
  const spaced = name.replace(/[-_.]+/g, ' ');
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
};

const STEPS: [limitSeconds: number, seconds: number, unit: Intl.RelativeTimeFormatUnit][] = [
  [60, 1, 'second'],
  [3_600, 60, 'minute'],
  [86_400, 3_600, 'hour'],
  [30 * 86_400, 86_400, 'day'],
  [365 * 86_400, 30 * 86_400, 'month'],
  [Infinity, 365 * 86_400, 'year'],
];
const RELATIVE = new Intl.RelativeTimeFormat('en-GB', { numeric: 'always', style: 'short' });

/** `3 min ago`, `in 2 hr`; below five seconds `just now`. */
export function relative(atMs: number, nowMs: number): string {
  const seconds = Math.round((atMs - nowMs) / 1_000);
  if (Math.abs(seconds) < 5) return 'just now';
  const [, per, unit] = STEPS.find(([limit]) => Math.abs(seconds) < limit)!;
  return RELATIVE.format(Math.trunc(seconds / per), unit);
}

/** How long something took or lasts: `640 ms`, `3.2 s`, `4 min 10 s`, `2 h 5 min`, `3 d 4 h`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${decimal(ms / 1_000)} s`;
  const parts = (large: number, largeUnit: string, small: number, smallUnit: string): string => {
    const whole = Math.floor(ms / large);
    const rest = Math.floor((ms % large) / small);
    return rest === 0 ? `${whole} ${largeUnit}` : `${whole} ${largeUnit} ${rest} ${smallUnit}`;
  };
  if (ms < 3_600_000) return parts(60_000, 'min', 1_000, 's');
  if (ms < 86_400_000) return parts(3_600_000, 'h', 60_000, 'min');
  return parts(86_400_000, 'd', 3_600_000, 'h');
}

/** The zone in which times are shown: the account's. */
export const zone = (): string => session.value?.timezone ?? 'UTC';

const formats = new Map<string, Intl.DateTimeFormat>();

function formatIn(timeZone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify([timeZone, options]);
  const known = formats.get(key);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-GB', { timeZone, hourCycle: 'h23', ...options });
  formats.set(key, made);
  return made;
}

/** With its zone: `28 Nov 2026, 14:03:05 GMT+5:30`. */
export const absolute = (at: string | number | Date): string =>
  formatIn(zone(), {
    day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit',
    timeZoneName: 'short',
  }).format(new Date(at)); // prettier-ignore

/** Without day and zone, which must stand nearby: `14:03:05`. */
export const clock = (at: string | number | Date): string =>
  formatIn(zone(), { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(new Date(at));

/** A key that no list of keys has: that of the environment by its name, another by its id. */
export const keyTitle = (keyId: string): string =>
  keyId.startsWith('environment-') ? 'Admin key of the environment' : keyId;
