/** Messages that are sent again: each once, and which one it was sent as. */
import { sql, type Kysely } from 'kysely';
import type { Schema } from '../tables';

/** How long a message may take from its place here to its commit; whose is not there by then never will be. */
const COMMIT_SECONDS = 60;

/**
 * Takes the one place that a message has for being sent again. A place whose new message never came to be is free again.
 * @returns the message that it was sent again as before; null = the place is `resentAs`'s now.
 */
export async function takeResend(
  db: Kysely<Schema>,
  accountId: string,
  messageId: string,
  resentAs: string,
): Promise<string | null> {
  const { rows } = await sql<{ resent_as: string }>`
    insert into resends as r (message_id, resent_as, account_id) values (${messageId}, ${resentAs}, ${accountId})
    on conflict (message_id) do update set resent_as = excluded.resent_as, at = now()
      where r.at < now() - ${COMMIT_SECONDS} * interval '1 second'
        and not exists (select from messages m where m.id = r.resent_as)
    returning resent_as`.execute(db);
  if (rows.length > 0) return null;
  const { resent_as } = await db
    .selectFrom('resends')
    .select('resent_as')
    .where('message_id', '=', messageId)
    .executeTakeFirstOrThrow();
  return resent_as;
}

/** Gives the place back: the new message was refused. */
export async function leaveResend(db: Kysely<Schema>, messageId: string, resentAs: string): Promise<void> {
  await db.deleteFrom('resends').where('message_id', '=', messageId).where('resent_as', '=', resentAs).execute();
}
