/**
 * What an account decides about promotional and Indian traffic, and the floors under that: minimums of an operator, which
 * the account may go beyond and never below. Pure.
 */
import type { SendWindow } from '../time/window';

/** What becomes of a promotional message while its country's window is closed, from the widest to the narrowest. */
export const OUTSIDE_WINDOW = ['send', 'hold', 'refuse'] as const;
export type OutsideWindow = (typeof OUTSIDE_WINDOW)[number];

/** Clock times (`hh:mm`) of a country between which promotional messages may leave. */
export interface CountryWindow extends Omit<SendWindow, 'days'> {
  /** ISO 3166 alpha-2. */
  country: string;
}

/** The settings that can have a floor. */
export interface ComplianceSettings {
  /** One per country. */
  windows: readonly CountryWindow[];
  promotionalOutsideWindow: OutsideWindow;
  indiaStrict: boolean;
  requireApprovedSenders: boolean;
}

/** Minimums; what is absent has none. */
export type Floors = Partial<ComplianceSettings>;

/** India: there promotional messages may leave from 10:00 to 21:00 only (see docs/india.md). */
const WAITS_BY_DEFAULT = 'IN';

/**
 * What holds for promotional messages outside their window.
 * @param set what the account says; null = what its country has by default.
 * @param country of the account, ISO 3166 alpha-2.
 */
export const outsideWindowOf = (set: OutsideWindow | null, country: string): OutsideWindow =>
  set ?? (country === WAITS_BY_DEFAULT ? 'hold' : 'send');

/** A setting that lies below its floor. */
export interface FloorProblem {
  field: keyof ComplianceSettings;
  /** To be read behind the field's name. */
  message: string;
}

const rank = (of: OutsideWindow): number => OUTSIDE_WINDOW.indexOf(of);
const hours = ({ start, end, timezone }: CountryWindow): string => `${start}–${end} ${timezone}`;
const ofCountry = (all: readonly CountryWindow[], country: string): CountryWindow | undefined =>
  all.find((window) => window.country === country);
const isWithin = (window: CountryWindow, floor: CountryWindow): boolean =>
  window.timezone === floor.timezone && window.start >= floor.start && window.end <= floor.end;

/** The settings that lie below their floors. */
export function floorProblems(settings: ComplianceSettings, floors: Floors): FloorProblem[] {
  return [
    ...(floors.windows ?? []).flatMap((floor) => windowProblem(settings.windows, floor)),
    ...outsideProblem(settings.promotionalOutsideWindow, floors.promotionalOutsideWindow ?? 'send'),
    ...(['indiaStrict', 'requireApprovedSenders'] as const)
      .filter((field) => floors[field] === true && !settings[field])
      .map((field) => ({ field, message: 'must be true: the operator has set that as a floor' })),
  ];
}

function windowProblem(all: readonly CountryWindow[], floor: CountryWindow): FloorProblem[] {
  const own = ofCountry(all, floor.country);
  if (own !== undefined && isWithin(own, floor)) return [];
  const is = own === undefined ? 'have none' : `have ${hours(own)}`;
  const message = `${is} for ${floor.country}: it must keep within ${hours(floor)}, the floor that the operator has set`;
  return [{ field: 'windows', message }];
}

function outsideProblem(is: OutsideWindow, least: OutsideWindow): FloorProblem[] {
  if (rank(is) >= rank(least)) return [];
  const allowed = OUTSIDE_WINDOW.slice(rank(least)).map((one) => JSON.stringify(one));
  const message = `would be ${JSON.stringify(is)}: the floor that the operator has set allows ${allowed.join(' or ')}`;
  return [{ field: 'promotionalOutsideWindow', message }];
}

/** The settings where they are at or above their floors, else the floors: what an operator's new floor makes of them. */
export function narrowed(settings: ComplianceSettings, floors: Floors): ComplianceSettings {
  const windows = (floors.windows ?? []).reduce<readonly CountryWindow[]>(narrowWindow, settings.windows);
  const least = floors.promotionalOutsideWindow ?? 'send';
  return {
    windows,
    promotionalOutsideWindow:
      rank(settings.promotionalOutsideWindow) < rank(least) ? least : settings.promotionalOutsideWindow,
    indiaStrict: settings.indiaStrict || floors.indiaStrict === true,
    requireApprovedSenders: settings.requireApprovedSenders || floors.requireApprovedSenders === true,
  };
}

/** The common part of both; where they have none, or other clocks, the floor. */
function narrowWindow(all: readonly CountryWindow[], floor: CountryWindow): readonly CountryWindow[] {
  const own = ofCountry(all, floor.country);
  if (own === undefined) return [...all, floor];
  const start = own.start > floor.start ? own.start : floor.start;
  const end = own.end < floor.end ? own.end : floor.end;
  const common = own.timezone === floor.timezone && start < end ? { ...floor, start, end } : floor;
  return all.map((window) => (window === own ? common : window));
}
