/** How old a message may be when it leaves. Pure. */
import { serviceClassOf, type ServiceClass } from './service';

/** The longest age, in seconds: 400 days, as far as a send may be scheduled ahead. */
export const MAX_AGE_SECONDS = 400 * 86_400;

/** Seconds after which a message is too old to leave, by the class of its service; absent = never. */
export type MaxAge = Partial<Record<ServiceClass, number>>;

/** What is said of a message or campaign; whichever comes first holds. */
export interface AgeLimit {
  /** Counted from its due time, or from when it came if it leaves at once; null = not told. */
  maxAgeSeconds: number | null;
  validUntil: Date | null;
}

/**
 * What holds: what was said, where anything was; else the account's default for the class of the service.
 * @param promotional the account's own words for that, see `serviceClassOf`.
 */
export function ageLimit(
  said: AgeLimit,
  service: string,
  defaults: Readonly<MaxAge>,
  promotional?: readonly string[],
): AgeLimit {
  if (said.maxAgeSeconds !== null || said.validUntil !== null) return said;
  return { maxAgeSeconds: defaults[serviceClassOf(service, promotional)] ?? null, validUntil: null };
}

/**
 * The moment from which a message is too old to leave; null = it never is.
 * @param leavesAt its due time, or now when it leaves at once.
 */
export function lastMoment({ maxAgeSeconds, validUntil }: AgeLimit, leavesAt: Date): Date | null {
  if (maxAgeSeconds === null) return validUntil;
  const ofAge = new Date(leavesAt.getTime() + maxAgeSeconds * 1_000);
  return validUntil === null || ofAge < validUntil ? ofAge : validUntil;
}

/**
 * What is wrong with a `validUntil`, to be read behind its name; null when nothing is.
 * @param dueAt null, or a time that has passed = it leaves at once.
 */
export function validUntilProblem(validUntil: Date, dueAt: Date | null, now: Date): string | null {
  const when = `is ${validUntil.toISOString()}, which is over before the message could leave`;
  if (validUntil <= now) return `${when}: give a moment to come, or none`;
  if (dueAt !== null && validUntil <= dueAt) return `${when} at ${dueAt.toISOString()}: give a later one, or none`;
  return null;
}
