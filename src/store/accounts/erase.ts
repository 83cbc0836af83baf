/**
 * An erasure, carried out step by step. Each step is a transaction of bounded size that says in its erasure's row how far
 * it came, so that whoever comes next goes on from there, after a crash too. Messages are looked at in every turn: what
 * has left waits for its outcome, which may take a day.
 */
import type { Pool } from 'pg';
import { spellingsOf, type Spellings } from '../../core/messages/spellings';
import { execute, transact } from '../database';
import { NOTHING_SETTLED, type Settlement } from '../messages/settlement';
import { eraseCampaigns, eraseMembers, eraseTestPhones, eraseUploads } from './erase-lists';
import { blankMeant, cancelMeant, countMeant, settleOpenOfNumber } from './erase-messages';
import { keepOptOut, removeOptOutNumber } from './erase-opt-outs';
import type { Step, StepContext } from './erase-step';
import { eraseRequests } from './erase-requests';
import { eraseAnswers, eraseAudit, eraseParked, eraseReplies, eraseStatements } from './erase-texts';
import { finishErasure, noteErased, noteLooked, openSubject, type ErasureKeys, type ErasureRow } from './erasures';

/**
 * In this order: campaigns tell a person by places in lists that the steps after it empty. A new step is the last one: an
 * erasure under way is told by the number of its step.
 */
const STEPS: Record<ErasureRow['kind'], readonly Step[]> = {
  number: [
    eraseCampaigns,
    eraseMembers,
    eraseUploads,
    eraseTestPhones,
    eraseStatements,
    eraseAudit,
    eraseParked,
    eraseAnswers,
    eraseReplies,
    eraseRequests,
  ],
  meta: [eraseCampaigns, eraseUploads, eraseStatements, eraseAudit, eraseParked, eraseAnswers, eraseRequests],
};
/** Of a meta too short to be told from other text by chance, only what is it as a whole is erased. */
const MIN_META = 6;
const NOWHERE: Spellings = { digits: 'none', isIn: () => false, without: (text) => text };

export interface EraseDeps {
  pool: Pool;
  keys: ErasureKeys;
}

export interface ErasureTurn {
  /** Workflows and relays have news of these. */
  settlement: Settlement;
  isDone: boolean;
}

/**
 * Takes an erasure as far as it can go now; harmless to repeat, one at a time for each.
 * @param over whether no further step should be begun.
 */
export async function advanceErasure(deps: EraseDeps, row: ErasureRow, over: () => boolean): Promise<ErasureTurn> {
  const { pool, keys } = deps;
  const subject = openSubject(keys, row);
  const { id, account_id: accountId, kind } = row;
  const text = kind === 'number' ? spellingsOf(subject.value) : metaIn(subject.value);
  const context: StepContext = { id, accountId, subject, keys, text };
  const settlement = await cancelMeant(pool, context);
  const position = await walk(pool, row, context, over);
  // Campaigns that were launched before make messages of those whom they have read.
  const preparing = await isPreparing(pool, context);
  const note = { step: position.step, place: position.place };
  let more = settlement.slices.length > 0;
  while (
    !over() &&
    (await blankMeant(pool, context, keys.pseudonyms, (client, counts) => noteErased(client, id, counts, note)))
  ) {
    more = true;
  }
  const waiting = await countMeant(pool, context);
  if (!position.isDone || preparing || waiting > 0) {
    await noteLooked(pool, id, waiting, more || position.more);
    return { settlement, isDone: false };
  }
  const optOut =
    kind === 'number' ? await endOptOut(pool, context, note) : { settlement: NOTHING_SETTLED, isDone: true };
  const news = merge(settlement, optOut.settlement);
  if (optOut.isDone) await finishErasure(pool, id);
  else await noteLooked(pool, id, 0, false);
  return { settlement: news, isDone: optOut.isDone };
}

const merge = (one: Settlement, other: Settlement): Settlement => ({
  slices: [...one.slices, ...other.slices],
  webhookIds: [...new Set([...one.webhookIds, ...other.webhookIds])],
});

/** Goes on with the steps. */
async function walk(pool: Pool, row: ErasureRow, context: StepContext, over: () => boolean) {
  const steps = STEPS[row.kind];
  let { step, place } = row;
  while (step < steps.length && !over()) {
    const from = place;
    const result = await transact(pool, async (client) => {
      const done = await steps[step]!(client, context, from);
      const isLeft = done.place !== null || done.waits === true;
      const to = isLeft ? { step, place: done.place } : { step: step + 1, place: null };
      await noteErased(client, context.id, done.counts, to);
      return { to, waits: done.waits === true };
    });
    ({ step, place } = result.to);
    if (result.waits) return { step, place, isDone: false, more: false };
  }
  const isDone = step === steps.length;
  return { step, place, isDone, more: !isDone };
}

/** An index has the campaigns that are live: all but those of these four states. */
async function isPreparing(pool: Pool, { id, accountId }: StepContext): Promise<boolean> {
  const rows = await execute(
    pool,
    'erase-is-preparing',
    `select from campaigns where account_id = $2 and state = 'preparing' and state not in ('draft', 'finished', 'cancelled', 'failed')
       and launched_at <= (select created_at from erasures where id = $1) limit 1`,
    [id, accountId],
  );
  return rows.length > 0;
}

/** What is suppressed stays so, by its hash; nothing is where nothing was. */
async function endOptOut(pool: Pool, context: StepContext, position: { step: number; place: string | null }) {
  if (!(await keepOptOut(pool, context))) return { settlement: NOTHING_SETTLED, isDone: true };
  const { settlement, open } = await settleOpenOfNumber(pool, context);
  const isDone = open === 0 && (await removeOptOutNumber(pool, context, position));
  return { settlement, isDone };
}

/** A meta in a text: as it is, and as JSON writes it. */
function metaIn(meta: string): Spellings {
  if (meta.length < MIN_META) return NOWHERE;
  const digits = meta.replace(/\D/g, '');
  const isIn = (text: string): boolean => text.includes(meta);
  return { digits, isIn, without: (text) => text.replaceAll(meta, '*') };
}
