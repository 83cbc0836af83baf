/**
 * How old a message may be when it leaves: a message on its own says until when it is good, those of a campaign are good
 * until the same moment. Parts of statements in which `m` is a message and `c` its campaign, if it is of one.
 */

/** From when the messages of campaign `c` are too old; null = they never are. */
export const CAMPAIGN_UNTIL = `
  least(c.valid_until, coalesce(c.due_at, c.started_at) + c.max_age_seconds * interval '1 second')`;

/** From when a message is too old; null = it never is. */
export const VALID_UNTIL = `least(m.valid_until, ${CAMPAIGN_UNTIL})`;

/** Why a message ends without having been sent, or sent once more. */
export const TOO_OLD = 'its time was over before it could leave';
