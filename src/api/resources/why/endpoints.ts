/** `GET /api/v1/why`: why somebody got no message, or why a thing stands still, in one sentence. */
import { z } from 'zod';
import { normaliseMsisdn } from '../../../core/messages/msisdn';
import { SUBJECTS, WHO, type Subject, type Tell, type Verdict } from '../../../core/why/facts';
import type { Explanation } from '../../../core/why/sought';
import { AppError } from '../../../errors';
import { endpoint, type Endpoint } from '../../endpoint';
import { phoneNumber } from '../../http/number';
import { invalidField } from '../../http/invalid';
import { storable } from '../../http/text';
import type { Evidence } from './evidence';
import { whyOf } from './answer';
import { whyOfThing } from './thing';

const subject = z.object({ kind: z.enum(SUBJECTS), id: z.string() });
const instant = z.iso.datetime();

const why = z
  .object({
    verdict: z.object({
      code: z.string().describe('Of the cause: stable.'),
      sentence: z.string(),
      who: z.enum(WHO).describe('Who can mend it.'),
      since: instant.optional(),
      remedy: z.object({
        sentence: z.string(),
        action: z
          .object({
            method: z.enum(['POST', 'PATCH', 'DELETE']),
            path: z.string(),
            body: z.record(z.string(), z.unknown()).optional(),
          })
          .optional()
          .describe('The call that mends it.'),
        command: z.string().optional(),
        link: z.string().optional().describe('A page of the console.'),
      }),
    }),
    subject: subject.describe('What the verdict is about.'),
    evidence: z
      .array(z.object({ at: instant, kind: z.string(), sentence: z.string(), subject: subject.optional() }))
      .describe('What it rests on, oldest first.'),
    others: z
      .array(z.object({ kind: z.enum(SUBJECTS), id: z.string(), sentence: z.string(), at: instant }))
      .describe('What else is known of the number or meta, newest first.'),
  })
  .meta({ id: 'Why', description: 'One verdict, what it rests on, and what mends it.' });

/** What was found out. */
export interface Answer {
  verdict: Verdict;
  subject: Subject;
  evidence: Evidence[];
  others: Explanation[];
}

const shown = ({ verdict: { since, ...verdict }, subject: about, evidence, others }: Answer): z.input<typeof why> => ({
  verdict: { ...verdict, ...(since === undefined ? {} : { since: since.toISOString() }) },
  subject: about,
  evidence: evidence.map(({ at, ...one }) => ({ at: at.toISOString(), ...one })),
  others: others.map(({ verdict: { sentence }, subject: { kind, id }, at }) => ({
    kind, id, sentence, at: at.toISOString(),
  })), // prettier-ignore
});

/** Moments as people of the account's zone read them. */
function tellIn(timeZone: string): Tell {
  const format = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium', timeZone });
  return (at) => `${format.format(at)} (${timeZone})`;
}

export const whys: Endpoint[] = [
  endpoint(
    {
      id: 'why',
      method: 'get',
      path: '/api/v1/why',
      tag: 'Messages',
      summary: 'Why somebody got no message, or why a thing stands still.',
      description:
        'Exactly one of `to`, `id` and `meta`. Of a number or meta what came last is explained, be it a message, a record that ' +
        'was refused on the way in, a recipient whom a campaign left out, or a row of an upload. `id` is that of a message, ' +
        'campaign, gateway, webhook, upload or request.',
      scope: 'read',
      query: z.strictObject({
        to: phoneNumber.optional().describe('A number in whatever spelling.'),
        meta: storable(1, 512).optional(),
        id: storable(1, 64).optional(),
      }),
      answers: { 200: { description: 'One verdict.', schema: why } },
      errors: ['invalid-request', 'not-found'],
    },
    async ({ deps, actor: { accountId, scopes }, query: { to, meta, id } }) => {
      if ([to, meta, id].filter((given) => given !== undefined).length !== 1) {
        throw invalidField('to', 'or "id" or "meta" must be given, and only one of them');
      }
      await deps.requests.flushBriefly();
      const { account } = await deps.accounts.context(accountId);
      const asking = { deps, accountId, scopes, now: new Date(), tell: tellIn(account.timezone), account };
      if (id !== undefined) {
        const answer = await whyOfThing(asking, id);
        if (answer === null) throw new AppError('not-found', 'The account has nothing with this id');
        return shown(answer);
      }
      if (to === undefined) return shown(await whyOf(asking, { kind: 'meta', meta: meta! }));
      const number = normaliseMsisdn(to, account.default_country);
      return shown(await whyOf(asking, { kind: 'number', written: to.trim(), e164: number.ok ? number.e164 : null }));
    },
  ),
];
