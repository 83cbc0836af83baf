import { randomUUID } from 'node:crypto';

/**
 * A path that no other server of a test run has. The system gives a port to one server after the other, and what was
 * sent to an earlier one at the same port, by a relay that still tries, must not be taken for the next one's.
 */
export const ownPath = (): string => `/${randomUUID()}`;
