/** When a campaign begins, in words: in the check and in the question before the launch. */
import { nextTimes, sayCron, cronOf } from '../series';
import type { Form } from './form';

const clockOf = ({ time, timezone }: Form): string => `${time.replace('T', ' ')} in ${timezone}`;

/** `when you launch it`, `2026-11-28 10:00 in Asia/Kolkata`, `every Monday at 10:00 in Asia/Kolkata; next …`. */
export function sayBegin(now: Form): string {
  if (now.begins === 'now') return 'when you launch it';
  if (now.begins === 'at') return clockOf(now);
  const cron = cronOf(now.cadence);
  const [next] = nextTimes(cron, now.timezone, 1);
  return `${sayCron(cron)} in ${now.timezone}${next === undefined ? '' : `; next on ${next}`}`;
}

/** What the launch says that it does, and what it says when it has done it. */
export function sayLaunch(now: Form, messages: string): { does: string; goes: string; done: string } {
  if (now.begins === 'series') {
    return { does: 'Start the series', goes: `, ${sayBegin(now)}`, done: 'The series is started.' };
  }
  if (now.begins === 'at') {
    return { does: `Schedule ${messages}`, goes: `, beginning ${clockOf(now)}`, done: 'The campaign is scheduled.' };
  }
  return { does: `Send ${messages}`, goes: ', beginning now', done: 'The campaign begins.' };
}
