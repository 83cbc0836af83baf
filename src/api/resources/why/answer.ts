/** Why a number, or the person behind a meta, got nothing: everything that is known of it, read and judged. */
import { maskMsisdn } from '../../../core/messages/msisdn';
import type { RefusalFacts, SoughtFacts, Tell } from '../../../core/why/facts';
import { verdictOfSought } from '../../../core/why/sought';
import type { Account } from '../../../store/accounts/accounts';
import { KEPT_DAYS, listLatest, listRefused, type ShownRequest } from '../../../store/accounts/requests';
import { listNobodysRows } from '../../../store/audience/uploads';
import { listLeftOut } from '../../../store/campaigns/rejected';
import { searchMessages } from '../../../store/messages/search';
import { traceMessage } from '../../../store/messages/trace';
import type { Answer } from './endpoints';
import { evidenceOfMessage, evidenceOfRefusal } from './evidence';
import { readMessage, readSuppression, type Asking } from './read';

export interface Judging extends Asking {
  tell: Tell;
  account: Account;
}

export type Sought = { kind: 'meta'; meta: string } | { kind: 'number'; written: string; e164: string | null };

const SHOWN = 5;
/** Requests that were refused before a record was read: so many are looked through for the latest. */
const LOOKED_THROUGH = 50;
const DAY_MS = 86_400_000;

export async function whyOf(asking: Judging, sought: Sought): Promise<Answer> {
  const { deps, accountId, now, tell, account } = asking;
  const { pool, db } = deps.database;
  const by = sought.kind === 'meta' ? { meta: sought.meta } : { msisdns: spellings(sought) };
  const ofMessage = sought.kind === 'meta' ? { meta: sought.meta } : { msisdn: sought.e164 ?? sought.written };
  const [{ rows: messages }, refused, leftOut, rows, latest, whole] = await Promise.all([
    searchMessages(db, { accountId, ...ofMessage, limit: SHOWN }),
    listRefused(pool, { accountId, ...by, limit: SHOWN }),
    listLeftOut(pool, accountId, by, SHOWN),
    listNobodysRows(pool, accountId, by, SHOWN),
    listLatest(pool, accountId),
    listRefused(pool, { accountId, outcome: 'refused', limit: LOOKED_THROUGH }),
  ]);
  const trace = messages[0] === undefined ? null : await traceMessage(db, accountId, messages[0].id);
  const unreadable = whole.find(
    ({ code, problems }) => code !== null && problems.every(({ record }) => record === null),
  );
  const takenAt = latest.flatMap((one) => one.taken_at ?? []).sort((one, other) => other.getTime() - one.getTime())[0];
  const facts: SoughtFacts = {
    kind: sought.kind,
    message: trace === null ? null : await readMessage(asking, trace),
    refusals: refused.map(toRefusal),
    leftOut: leftOut.map((one) => ({
      campaignId: one.campaign_id, campaignName: one.campaign_name, at: one.at, code: one.code, message: one.message,
    })), // prettier-ignore
    rows: rows.map((one) => ({
      uploadId: one.upload_id, uploadName: one.upload_name, at: one.at, row: one.no,
      message: one.column_name === null ? one.message : `${one.column_name} ${one.message}`,
    })), // prettier-ignore
    suppression: sought.kind === 'number' && sought.e164 !== null ? await readSuppression(asking, sought.e164) : null,
    searched: {
      messagesSince: account.retention_days === null ? null : new Date(now.getTime() - account.retention_days * DAY_MS),
      requestsSince: new Date(now.getTime() - Math.min(KEPT_DAYS, account.retention_days ?? KEPT_DAYS) * DAY_MS),
    },
    latestTaken: takenAt ?? null,
    unreadable:
      unreadable === undefined
        ? null
        : {
            requestId: unreadable.id,
            at: unreadable.at,
            code: unreadable.code!,
            message: unreadable.message ?? '',
            shape: unreadable.shape,
          },
  };
  const id = sought.kind === 'meta' ? sought.meta : maskMsisdn(sought.e164 ?? sought.written);
  const { verdict, subject, others } = verdictOfSought(facts, { kind: sought.kind, id }, tell, now);
  const evidence = [
    ...(facts.message === null ? [] : evidenceOfMessage(facts.message)),
    ...facts.refusals.map(evidenceOfRefusal),
  ].sort((one, other) => one.at.getTime() - other.at.getTime());
  return { verdict, subject, evidence, others };
}

function spellings({ written, e164 }: Extract<Sought, { kind: 'number' }>): string[] {
  return e164 === null || e164 === written ? [written] : [written, e164];
}

export function toRefusal(row: ShownRequest): RefusalFacts {
  const [problem] = row.problems;
  return {
    requestId: row.id,
    at: row.at,
    shape: row.shape,
    keyName: row.key_name,
    status: row.status,
    code: row.code,
    problem: problem ?? { code: row.code ?? 'refused', field: null, message: row.message ?? 'it was refused' },
  };
}
