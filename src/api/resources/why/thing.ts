/** Why a thing with an id is as it is: a message, campaign, gateway, webhook, upload or request. */
import { z } from 'zod';
import { verdictOfCampaign } from '../../../core/why/campaign';
import { verdictOfGateway } from '../../../core/why/gateway';
import { verdictOfMessage } from '../../../core/why/message';
import { verdictOfRefusal } from '../../../core/why/sought';
import type { Verdict } from '../../../core/why/facts';
import { verdictOfWebhook } from '../../../core/why/webhook';
import { findRefused } from '../../../store/accounts/requests';
import { findUploadState, listGatewayFacts, listWebhookFacts } from '../../../store/accounts/why';
import { traceMessage } from '../../../store/messages/trace';
import type { Answer } from './endpoints';
import { evidenceOfMessage, evidenceOfRefusal, type Evidence } from './evidence';
import { readCampaign, readMessage, toWebhookFacts } from './read';
import { toRefusal, type Judging } from './answer';

const UUID = z.regexes.uuid();

type Finder = (asking: Judging, id: string) => Promise<Omit<Answer, 'others'> | null>;

const message: Finder = async (asking, id) => {
  if (!UUID.test(id)) return null;
  const trace = await traceMessage(asking.deps.database.db, asking.accountId, id);
  if (trace === null) return null;
  const facts = await readMessage(asking, trace);
  return {
    verdict: verdictOfMessage(facts, asking.tell, asking.now),
    subject: { kind: 'message', id },
    evidence: evidenceOfMessage(facts),
  };
};

const request: Finder = async ({ deps, accountId }, id) => {
  if (!UUID.test(id)) return null;
  const row = await findRefused(deps.database.pool, accountId, id);
  if (row === null) return null;
  const facts = toRefusal(row);
  return { verdict: verdictOfRefusal(facts), subject: { kind: 'request', id }, evidence: [evidenceOfRefusal(facts)] };
};

const upload: Finder = async ({ deps, accountId }, id) => {
  if (!UUID.test(id)) return null;
  const row = await findUploadState(deps.database.pool, accountId, id);
  if (row === null) return null;
  const { name, state, reason, rows, valid, invalid, at } = row;
  const called = `The upload ${name ?? id}`;
  const verdict: Verdict =
    state === 'failed'
      ? {
          code: 'upload-failed',
          sentence: `${called} has failed: ${reason ?? 'nobody can say why'}.`,
          who: 'you',
          since: at,
          remedy: { sentence: 'Mend the file and upload it again.', link: `/console/uploads/${id}` },
        }
      : {
          code: state === 'ready' ? (invalid > 0 ? 'upload-has-errors' : 'upload-ready') : 'upload-processing',
          sentence:
            state === 'ready'
              ? `${called} is ready: ${valid} of its ${rows} rows are recipients, ${invalid} are invalid.`
              : `${called} is being read: ${rows} rows so far.`,
          who: invalid > 0 && state === 'ready' ? 'you' : 'nobody',
          remedy: {
            sentence:
              invalid > 0 ? 'The report of errors says what is wrong with each row.' : 'Nothing has to be done.',
            link: `/console/uploads/${id}`,
          },
        };
  return { verdict, subject: { kind: 'upload', id }, evidence: [{ at, kind: 'upload', sentence: `It is ${state}.` }] };
};

const campaign: Finder = async (asking, id) => {
  const facts = await readCampaign(asking, id);
  if (facts === null) return null;
  const happened = (at: Date | null, sentence: string): Evidence[] =>
    at === null ? [] : [{ at, kind: 'campaign', sentence }];
  return {
    verdict: verdictOfCampaign(facts, asking.tell, asking.now),
    subject: { kind: 'campaign', id },
    evidence: [
      ...happened(facts.launchedAt, 'It was launched.'),
      ...happened(facts.dueAt, 'Its time.'),
      ...happened(facts.finishedAt, `It came to its end: ${facts.state}.`),
    ],
  };
};

const gateway: Finder = async ({ deps, accountId, tell, now }, id) => {
  const facts = (await listGatewayFacts(deps.database.pool, accountId, [])).find((one) => one.id === id);
  if (facts === undefined) return null;
  const { changedAt, failure, breaker } = facts;
  return {
    verdict: verdictOfGateway(facts, tell, now),
    subject: { kind: 'gateway', id },
    evidence:
      changedAt === null
        ? []
        : [
            {
              at: changedAt,
              kind: 'health',
              sentence: `Its breaker is ${breaker}${failure === null ? '' : `: ${failure}`}`,
            },
          ],
  };
};

const webhook: Finder = async ({ deps, accountId, tell }, id) => {
  const [row] = await listWebhookFacts(deps.database.pool, accountId, [id]);
  if (row === undefined) return null;
  const facts = toWebhookFacts(row);
  return {
    verdict: verdictOfWebhook(facts, tell),
    subject: { kind: 'webhook', id },
    evidence:
      facts.oldestAt === null
        ? []
        : [
            {
              at: facts.oldestAt,
              kind: 'callback',
              sentence: `${facts.waiting} callbacks wait, the oldest since then.`,
            },
          ],
  };
};

const FINDERS: readonly Finder[] = [message, campaign, gateway, webhook, request, upload];

/** Null = the account has nothing with this id. */
export async function whyOfThing(asking: Judging, id: string): Promise<Answer | null> {
  for (const find of FINDERS) {
    const found = await find(asking, id);
    if (found !== null) return { ...found, others: [] };
  }
  return null;
}
