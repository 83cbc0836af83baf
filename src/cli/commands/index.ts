/** Every command, in the order in which help and docs show them. A new group is a file and a line here. */
import type { Command } from '../command';
import { alerts } from './alerts';
import { callbacks } from './callbacks';
import { campaigns } from './campaigns';
import { campaignActions } from './campaign-actions';
import { completion } from './completion';
import { doctor } from './doctor';
import { erasures } from './erasures';
import { gateways } from './gateways';
import { keys } from './keys';
import { local } from './local';
import { messages } from './messages';
import { questions } from './questions';
import { suppressions } from './suppressions';

/** What a word stands for that has commands below it. */
export const GROUPS: Record<string, string> = {
  campaign: 'Campaigns: one text to many.',
  gateway: 'Gateways: where messages go out.',
  message: 'Single messages.',
  callback: 'Outcomes on their way to webhooks.',
  suppress: 'Numbers that nothing is sent to.',
  key: 'API keys.',
  keys: 'Master keys.',
};

export const commands: readonly Command[] = [
  ...local,
  ...doctor,
  ...questions,
  ...messages,
  ...campaigns,
  ...campaignActions,
  ...gateways,
  ...callbacks,
  ...suppressions,
  ...erasures,
  ...keys,
  ...alerts,
  ...completion(() => commands),
];
