/** Errors of Temporal's client: whether it was reached at all, and how it refused. */
import { isGrpcServiceError } from '@temporalio/client';

/** gRPC status codes by name (grpc.io, "Status codes and their use in gRPC"). */
const STATUS: Partial<Record<number, string>> = {
  1: 'CANCELLED',
  2: 'UNKNOWN',
  3: 'INVALID_ARGUMENT',
  4: 'DEADLINE_EXCEEDED',
  5: 'NOT_FOUND',
  6: 'ALREADY_EXISTS',
  7: 'PERMISSION_DENIED',
  8: 'RESOURCE_EXHAUSTED',
  9: 'FAILED_PRECONDITION',
  13: 'INTERNAL',
  14: 'UNAVAILABLE',
  16: 'UNAUTHENTICATED',
};
const AWAY = new Set(['CANCELLED', 'DEADLINE_EXCEEDED', 'RESOURCE_EXHAUSTED', 'UNAVAILABLE', 'UNAUTHENTICATED']);

/** How Temporal refused a call, as the name of gRPC's status; null: it is no error of a call. */
export function temporalStatus(error: unknown): string | null {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  if (!isGrpcServiceError(cause)) return null;
  return STATUS[cause.code] ?? `status ${cause.code}`;
}

/** True when Temporal could not be reached or takes nothing now, as opposed to having refused this one call. */
export function isTemporalAway(error: unknown): boolean {
  const status = temporalStatus(error);
  return status !== null && AWAY.has(status);
}
