/** Why a number, or the person behind a meta, got nothing: what came last tells it. Pure. */
import type { LeftOutFacts, NobodysRowFacts, RefusalFacts, SoughtFacts, Subject, Tell, Verdict } from './facts';
import { verdictOfMessage, verdictOfSuppression } from './message';

/** One explanation among several. */
export interface Explanation {
  verdict: Verdict;
  subject: Subject;
  at: Date;
}

/** Who mends a record that is refused: its text and fields are CleverTap's form, all else is ours to set. */
const OURS: ReadonlySet<string> = new Set([
  'callback-url', 'unknown-webhook', 'no-gateway', 'sender-not-approved', 'header-mismatch', 'dlt-template', 'dlt-entity', 'forbidden',
  'unauthorized', 'rate-limited', 'outside-window',
]); // prettier-ignore

export function verdictOfRefusal(refusal: RefusalFacts): Verdict {
  const { requestId, at, shape, keyName, status, code, problem } = refusal;
  const isOurs = shape === 'api' || OURS.has(problem.code);
  const by = keyName === null ? '' : ` (key ${keyName})`;
  const isCallback = problem.code === 'callback-url';
  return {
    code: isCallback ? 'callback-url-refused' : code === null ? 'record-refused' : 'request-refused',
    sentence:
      code === null
        ? `The record was refused on the way in${by}: ${problem.message}.`
        : `The whole request was refused on the way in${by} with ${status}: ${problem.message}.`,
    who: isOurs ? 'you' : 'clevertap',
    since: at,
    remedy: {
      sentence: isCallback
        ? 'Allow the host for the account (callbackHosts), or mend the callback URL; then have it sent again.'
        : isOurs
          ? 'Mend that in the settings, then have it sent again.'
          : `Mend ${problem.field === null || problem.field === '' ? 'it' : `the field ${problem.field}`} in CleverTap’s provider form or template; then have it sent again.`,
      link: `/console/requests/${requestId}`,
    },
  };
}

const ofLeftOut = ({ campaignId, campaignName, at, message }: LeftOutFacts): Verdict => ({
  code: 'left-out',
  sentence: `The campaign ${campaignName} left this recipient out: ${message}.`,
  who: 'you',
  since: at,
  remedy: {
    sentence: 'Mend it in the audience, then send to this recipient again.',
    link: `/console/campaigns/${campaignId}`,
  },
});

const ofRow = ({ uploadId, uploadName, row, at, message }: NobodysRowFacts): Verdict => ({
  code: 'upload-row-rejected',
  sentence: `Row ${row} of the upload ${uploadName ?? uploadId} became no recipient: ${message}.`,
  who: 'you',
  since: at,
  remedy: { sentence: 'Mend the row in the file and upload it again.', link: `/console/uploads/${uploadId}` },
});

/** All explanations, that of what came last first. */
function explanations(facts: SoughtFacts, tell: Tell, now: Date): Explanation[] {
  const { message, refusals, leftOut, rows } = facts;
  const all: Explanation[] = [
    ...(message === null
      ? []
      : [
          {
            verdict: verdictOfMessage(message, tell, now),
            subject: { kind: 'message' as const, id: message.id },
            at: message.acceptedAt,
          },
        ]),
    ...refusals.map((one) => ({
      verdict: verdictOfRefusal(one),
      subject: { kind: 'request' as const, id: one.requestId },
      at: one.at,
    })),
    ...leftOut.map((one) => ({
      verdict: ofLeftOut(one),
      subject: { kind: 'campaign' as const, id: one.campaignId },
      at: one.at,
    })),
    ...rows.map((one) => ({ verdict: ofRow(one), subject: { kind: 'upload' as const, id: one.uploadId }, at: one.at })),
  ];
  return all.sort((one, other) => other.at.getTime() - one.at.getTime());
}

function neverCame(facts: SoughtFacts, tell: Tell): Verdict {
  const { searched, latestTaken, unreadable, kind } = facts;
  const messages = searched.messagesSince === null ? 'all messages' : `messages since ${tell(searched.messagesSince)}`;
  const where = `${messages}, refused requests since ${tell(searched.requestsSince)}, recipients left out of campaigns and rows of uploads`;
  const came =
    latestTaken === null
      ? 'No request has come through yet.'
      : `The latest request that came through was at ${tell(latestTaken)}.`;
  const what = kind === 'number' ? 'this number' : 'this meta';
  if (unreadable !== null) {
    return {
      code: 'request-refused',
      sentence: `Nothing is known of ${what}, and requests were refused before their records could be read, the latest at ${tell(unreadable.at)}: ${unreadable.message}. Searched: ${where}.`,
      who: unreadable.shape === 'api' ? 'you' : 'clevertap',
      since: unreadable.at,
      remedy: {
        sentence: 'Mend what that request was refused for; the record may have been in it.',
        link: `/console/requests/${unreadable.requestId}`,
      },
    };
  }
  return {
    code: 'never-came',
    sentence: `It never came: nothing is known of ${what}. Searched: ${where}. ${came}`,
    who: 'clevertap',
    remedy: {
      sentence: 'Look in CleverTap whether the campaign reached this user, and whether its provider form leads here.',
      link: '/console/clevertap',
    },
  };
}

/** What is to be said of a number or meta, and what else could be. @param subject what was asked about. */
export function verdictOfSought(
  facts: SoughtFacts,
  subject: Subject,
  tell: Tell,
  now: Date,
): { verdict: Verdict; subject: Subject; others: Explanation[] } {
  const [first, ...others] = explanations(facts, tell, now);
  if (first !== undefined) return { verdict: first.verdict, subject: first.subject, others };
  const { suppression } = facts;
  const verdict = suppression === null ? neverCame(facts, tell) : verdictOfSuppression(suppression);
  return { verdict, subject, others: [] };
}
