/** Why a campaign stands still. Pure. */
import type { CampaignFacts, Tell, Verdict } from './facts';
import { stopOfAll } from './gateway';

type Rule = (
  campaign: CampaignFacts,
  tell: Tell,
  now: Date,
) => (Omit<Verdict, 'remedy'> & { remedy?: Verdict['remedy'] }) | null;

const said = (words: string | null): string => (words === null || words === '' ? '' : `: ${words}`);
const link = ({ id }: CampaignFacts): string => `/console/campaigns/${id}`;
const command = (campaign: CampaignFacts, action: string, sentence: string): Verdict['remedy'] => ({
  sentence,
  action: { method: 'POST', path: `/api/v1/campaigns/${campaign.id}/${action}` },
  command: `heliograph campaign ${action} ${campaign.id}`,
  link: link(campaign),
});
const again = (campaign: CampaignFacts): Verdict['remedy'] => ({
  sentence: 'What was not sent can be sent by a new campaign.',
  link: link(campaign),
});

const doctor = (campaign: CampaignFacts, sentence: string): Verdict['remedy'] => ({
  sentence,
  command: 'heliograph doctor',
  link: link(campaign),
});

/** Nothing looks after it: whatever its state, it does not go on. */
const lost: Rule = (c, tell) =>
  c.lateSince === null
    ? null
    : {
        code: 'campaign-stuck',
        sentence: `The campaign ${c.name} does not go on: nothing has looked after it since ${tell(c.lateSince)}.`,
        who: 'you',
        since: c.lateSince,
        remedy: doctor(c, 'See that a worker runs: the doctor tells whether one does, and whether Temporal answers.'),
      };

/** It might send, and does not. */
const still: Rule = (c, tell) =>
  c.stillSince === null
    ? null
    : {
        code: 'campaign-stuck',
        sentence: `The campaign ${c.name} runs, and nothing of it has left since ${tell(c.stillSince)}${said(c.reason)}.`,
        who: 'you',
        since: c.stillSince,
        remedy: doctor(
          c,
          'See that a worker runs, which the doctor tells, and what its log says of the campaign; what waits leaves once it goes on.',
        ),
      };

/** By state first, then by what a running one waits for. */
const RULES: readonly Rule[] = [
  (c) =>
    c.state !== 'draft'
      ? null
      : {
          code: 'campaign-draft',
          sentence: `The campaign ${c.name} is a draft: nobody has launched it.`,
          who: 'you',
          remedy: command(c, 'launch', 'Launch it.'),
        },
  (c) =>
    c.state !== 'cancelled'
      ? null
      : {
          code: 'campaign-cancelled',
          sentence: `The campaign ${c.name} was cancelled${said(c.reason)}; what had not left was not sent.`,
          who: 'you',
          ...(c.finishedAt === null ? {} : { since: c.finishedAt }),
          remedy: again(c),
        },
  (c) =>
    c.state !== 'failed'
      ? null
      : {
          code: 'campaign-failed',
          sentence: `The campaign ${c.name} has failed${said(c.reason)}.`,
          who: 'you',
          ...(c.finishedAt === null ? {} : { since: c.finishedAt }),
          remedy: again(c),
        },
  (c) =>
    c.state !== 'paused'
      ? null
      : {
          code: 'campaign-paused',
          sentence: `The campaign ${c.name} is paused${said(c.reason)}.`,
          who: 'you',
          remedy: command(c, 'resume', 'Resume it.'),
        },
  lost,
  (c) =>
    c.state !== 'preparing'
      ? null
      : {
          code: 'campaign-preparing',
          sentence: `The campaign ${c.name} is being prepared: its messages are made.`,
          who: 'nobody',
        },
  (c, tell, now) =>
    c.state !== 'scheduled' || c.dueAt === null || c.dueAt <= now
      ? null
      : {
          code: 'campaign-scheduled',
          sentence: `The campaign ${c.name} waits for its time, ${tell(c.dueAt)}.`,
          who: 'you',
          remedy: {
            sentence: 'Give it another time to have it sent sooner.',
            command: `heliograph campaign reschedule ${c.id}`,
            link: link(c),
          },
        },
  (c) =>
    c.state !== 'finished'
      ? null
      : {
          code: 'campaign-finished',
          sentence: `The campaign ${c.name} has finished: ${c.settled} of ${c.total} messages have their outcome, ${c.rejected} recipients were left out.`,
          who: 'nobody',
          ...(c.finishedAt === null ? {} : { since: c.finishedAt }),
        },
  (c, tell) =>
    c.opensAt === null || c.stillSince !== null
      ? null
      : {
          code: 'campaign-outside-window',
          sentence: `The campaign ${c.name} waits for its window, which opens ${tell(c.opensAt)}.`,
          who: 'nobody',
        },
  (c, tell, now) => {
    const stop = stopOfAll(c.gateways, tell, now);
    if (stop === null) return null;
    const until = c.holdUntil === null ? '' : ` It is given up ${tell(c.holdUntil)}.`;
    return {
      ...stop,
      code: 'campaign-waits-for-gateway',
      sentence: `The campaign ${c.name} stands still because no gateway takes its messages. ${stop.sentence}${until}`,
    };
  },
  still,
  (c) =>
    c.state !== 'settling'
      ? null
      : {
          code: 'campaign-settling',
          sentence: `All messages of the campaign ${c.name} have left; ${c.total - c.settled} wait for their provider’s report.`,
          who: 'provider',
        },
];

/** What is to be said of a campaign that somebody asks about. */
export function verdictOfCampaign(campaign: CampaignFacts, tell: Tell, now: Date): Verdict {
  for (const rule of RULES) {
    const found = rule(campaign, tell, now);
    if (found !== null) return withRemedy(found, campaign);
  }
  const rate = campaign.ratePerSecond === null ? '' : `, at ${campaign.ratePerSecond} a second at most`;
  return {
    code: 'campaign-sending',
    sentence: `The campaign ${campaign.name} is being sent: ${campaign.settled} of ${campaign.total} messages have their outcome${rate}.`,
    who: 'nobody',
    remedy: { sentence: 'Nothing has to be done; a higher rate sends it sooner.', link: link(campaign) },
  };
}

const withRemedy = (
  { remedy, ...verdict }: Omit<Verdict, 'remedy'> & { remedy?: Verdict['remedy'] },
  campaign: CampaignFacts,
): Verdict => ({
  ...verdict,
  remedy: remedy ?? { sentence: 'Nothing has to be done.', link: link(campaign) },
});

const STOPPED: ReadonlySet<string> = new Set([
  'campaign-draft', 'campaign-paused', 'campaign-preparing', 'campaign-scheduled', 'campaign-outside-window', 'campaign-cancelled',
]); // prettier-ignore

/** Why a message of a campaign has not left, where that is the campaign's doing; null = it is not. */
export function stopByCampaign(campaign: CampaignFacts, tell: Tell, now: Date): Verdict | null {
  const verdict = verdictOfCampaign(campaign, tell, now);
  return STOPPED.has(verdict.code) ? verdict : null;
}

/** Why nothing of a campaign leaves that should; null = it goes on, or something is known to hold it. */
export function stallOf(campaign: CampaignFacts, tell: Tell, now: Date): Verdict | null {
  const verdict = verdictOfCampaign(campaign, tell, now);
  return verdict.code === 'campaign-stuck' ? verdict : null;
}
