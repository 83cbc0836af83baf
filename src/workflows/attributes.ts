/** Search attributes: by what people find workflows in Temporal. They hold ids and states, and nothing about a recipient. */
import { defineSearchAttributeKey, type SearchAttributePair } from '@temporalio/common';

/** All of them, with their types; a namespace has to know them before a workflow can have one. */
export const SEARCH_ATTRIBUTES = {
  /** A send may be of several accounts. */
  HeliographAccountId: 'KeywordList',
  HeliographCampaignId: 'Keyword',
  HeliographGatewayId: 'Keyword',
  /** Of a campaign. */
  HeliographState: 'Keyword',
} as const;

const ACCOUNT_ID = defineSearchAttributeKey('HeliographAccountId', 'KEYWORD_LIST');
const CAMPAIGN_ID = defineSearchAttributeKey('HeliographCampaignId', 'KEYWORD');
const GATEWAY_ID = defineSearchAttributeKey('HeliographGatewayId', 'KEYWORD');
export const STATE = defineSearchAttributeKey('HeliographState', 'KEYWORD');

/** A server takes 2 KB in one attribute, and refuses a start with more. */
const MAX_LIST_LENGTH = 1_800;

export interface Attributes {
  /** Of many accounts, the first ones are enough. */
  accountIds: readonly string[];
  campaignId?: string;
  gatewayId?: string;
  state?: string;
}

/** The search attributes of a workflow. */
export function searchAttributesOf({ accountIds, campaignId, gatewayId, state }: Attributes): SearchAttributePair[] {
  const listed: string[] = [];
  let length = 0;
  for (const id of new Set(accountIds)) {
    length += JSON.stringify(id).length + 1;
    if (length <= MAX_LIST_LENGTH) listed.push(id);
  }
  return [
    ...(listed.length === 0 ? [] : [{ key: ACCOUNT_ID, value: listed }]),
    ...(campaignId === undefined ? [] : [{ key: CAMPAIGN_ID, value: campaignId }]),
    ...(gatewayId === undefined ? [] : [{ key: GATEWAY_ID, value: gatewayId }]),
    ...(state === undefined ? [] : [{ key: STATE, value: state }]),
  ];
}
