/**
 * Blanking messages and all that is written about each of them: parts of the statements of retention and of erasures. They
 * follow a CTE `held (id)`, the messages, locked in the order of their ids. Ids go from step to step as arrays: a join that
 * was planned while the tables were empty would read all messages.
 */
const IDS = 'array(select id from held)';

/** A reply's slot tells its text by a hash; another name in its place tells nothing. */
const SLOT = `case when c.event = 'replied' then 'replied:blanked:' || c.id else c.slot end`;

/**
 * CTEs. What happened stays: states, times, codes, counts. From then on reports on the attempts leave nothing either.
 * @param msisdn in SQL, what `messages m` has in place of the number. @param recordKey in place of what tells a record.
 */
export const blanked = (msisdn: string, recordKey: string): string => `
messages_blanked as (
  update messages m
  set body = '', meta = null, record_key = ${recordKey}, options = nullif(m.options - 'extra', '{}'), reason = null,
      msisdn = ${msisdn}
  where m.id = any(${IDS})
  returning m.id
),
attempts_blanked as (
  update attempts a set reason = null, blanked_at = coalesce(a.blanked_at, now()) where a.message_id = any(${IDS})
  returning 1
),
receipts_blanked as (
  update receipts r set raw = null, reason = null
  where r.message_id = any(${IDS}) and (r.raw is not null or r.reason is not null)
  returning 1
),
callbacks_blanked as (
  update callbacks c
  set description = null, last_error = null, slot = ${SLOT},
      detail = case c.event when 'replied' then '{"toPhone": null, "incomingText": ""}'::jsonb
                            when 'clicked' then '{"url": "", "shortUrl": ""}'::jsonb end
  where c.message_id = any(${IDS})
  returning 1
),
answers_gone as (
  -- One that others of its request share goes for them, too.
  delete from provider_answers p where p.message_ids && ${IDS} returning 1
),
links_gone as (
  delete from links l where l.message_id = any(${IDS}) returning 1
)`;
