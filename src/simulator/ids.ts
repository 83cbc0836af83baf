/** Ids as vendors make them up. A restarted simulator repeats none: gateways keep the ids of earlier runs. */
import { randomUUID } from 'node:crypto';

/** 32 hexadecimal digits. */
export function hexId(): string {
  return randomUUID().replaceAll('-', '');
}

/** Microseconds since 1970 at the start: far fewer than a million ids are made in a second. */
let last = Date.now() * 1_000;

/** A whole number that grows with every call, exact as a JSON number. */
export function serialNumber(): number {
  return ++last;
}
