/** Starting, signalling and asking workflows, for the api and for activities. Ids, policies and options live here only. */
import type { Client } from '@temporalio/client';
import type { SearchAttributePair } from '@temporalio/common';
import type { CampaignInput } from '../contract';
import { createWorkflowCalls, type WorkflowCalls } from './call';
import { createDescriptions } from './description';
import { createWorkflowSchedules, type WorkflowSchedules } from './schedules';
import { createSearchAttributes, type SearchAttributes } from './search-attributes';
import { createWorkflowSignals, type HeardNews, type OpenWork, type WorkflowSignals } from './signal';
import { createWorkflowStarts, type WorkflowStarts } from './start';

export { isTemporalAway, temporalStatus } from './away';
export { COMMAND_BEGUN_MS, WrongStateError } from './call';

/** What the Temporal UI shows of a campaign's workflow, as options of a child workflow. */
export interface CampaignDescription {
  staticSummary: string;
  staticDetails: string;
  /** Absent: the namespace does not know all of them, or can't be asked; a child workflow would be refused for ever. */
  typedSearchAttributes?: SearchAttributePair[];
}

export interface WorkflowsOptions {
  client: Client;
  /** Where the api is reached, for links; no trailing slash. */
  publicUrl: string;
  openWork: OpenWork;
  /** Called with news that the workflows of slices heard (or that are over), some hundred milliseconds after the fact. */
  onWoken(heard: HeardNews[]): Promise<void>;
  /** A signal was not delivered; its flag stays on the row and maintenance repeats it. */
  onError(error: unknown): void;
  /** Temporal refused search attributes: starts go on without them for a minute. */
  onAttributesRefused(error: unknown): void;
}

export interface Workflows
  extends
    WorkflowStarts,
    WorkflowSignals,
    WorkflowCalls,
    WorkflowSchedules,
    Pick<SearchAttributes, 'searchAttributeProblems'> {
  describeCampaign(input: CampaignInput): Promise<CampaignDescription>;
  /** Forgets the signals that still wait, after those that were delivered have been told to `onWoken`. */
  stop(): Promise<void>;
}

export function createWorkflows(options: WorkflowsOptions): Workflows {
  const { client } = options;
  const descriptions = createDescriptions(options.publicUrl);
  const searchAttributes = createSearchAttributes(client, options.onAttributesRefused);
  const starts = createWorkflowStarts(client, searchAttributes, descriptions);
  return {
    ...starts,
    ...createWorkflowSignals({ ...options, starts, descriptions }),
    ...createWorkflowCalls({ ...options, starts, searchAttributes, descriptions }),
    ...createWorkflowSchedules(client, descriptions),
    searchAttributeProblems: () => searchAttributes.searchAttributeProblems(),
    async describeCampaign(input) {
      const { texts, attributes } = descriptions.campaign(input);
      const isKnown = await searchAttributes.searchAttributeProblems().then(
        (problems) => problems.length === 0,
        () => false,
      );
      return isKnown ? { ...texts, typedSearchAttributes: attributes } : texts;
    },
  };
}
