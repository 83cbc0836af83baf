/** Sessions of the console that were signed out, each until its time would have been over anyway. */
import { sql, type Kysely } from 'kysely';
import type { Schema } from '../tables';

/** Of those whose time is over, so many go at a sign-out: more than come with it. */
const FORGOTTEN = 100;

/** Ends a session for good; once more changes nothing. @param endsAt when its time is over. */
export async function insertEndedSession(tx: Kysely<Schema>, id: string, endsAt: Date): Promise<void> {
  await sql`
    with old as (
      delete from ended_sessions where id in (
        select id from ended_sessions where ends_at < now() order by ends_at limit ${FORGOTTEN} for update skip locked
      )
    )
    insert into ended_sessions (id, ends_at) values (${id}, ${endsAt}) on conflict (id) do nothing`.execute(tx);
}

/** Whether somebody has signed it out. */
export async function isSessionEnded(db: Kysely<Schema>, id: string): Promise<boolean> {
  const { rows } = await sql<{ ended: boolean }>`
    select exists (select from ended_sessions where id = ${id}) as ended`.execute(db);
  return rows[0]!.ended;
}
