/** Which sessions of the console were signed out, as every request of one asks. */
import { TtlCache } from '../../core/concurrency/ttl-cache';
import { audited, type Actor } from '../../store/accounts/audit';
import { insertEndedSession, isSessionEnded } from '../../store/accounts/ended-sessions';
import type { Database } from '../../store/database';

export interface EndedSessions {
  /** Asks Postgres once a second for each session in use, as its key is asked for. */
  has(id: string): Promise<boolean>;
  /**
   * Ends a session here at once, in other api processes within a second; its end is in the audit.
   * @param session null = what was signed out is no session, but a key in a header.
   */
  end(actor: Actor & { keyId: string }, session: { id: string; endsAtMs: number } | null): Promise<void>;
}

/** A session that another api process ended is refused this much later at most. */
const CACHE_MS = 1_000;

export function createEndedSessions({ db }: Pick<Database, 'db'>): EndedSessions {
  const known = new TtlCache<boolean>(CACHE_MS);
  return {
    has: (id) => known.get(id, () => isSessionEnded(db, id)),
    async end(actor, session) {
      await audited(
        db,
        actor,
        (tx) => (session === null ? Promise.resolve() : insertEndedSession(tx, session.id, new Date(session.endsAtMs))),
        () => ({ action: 'session.ended', subject: actor.keyId }),
      );
      if (session !== null) known.forget(session.id);
    },
  };
}
