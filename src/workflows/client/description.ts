/** What the Temporal UI shows of a workflow besides its history: ids, counts and links, and nothing about a recipient. */
import type { SearchAttributePair } from '@temporalio/common';
import { searchAttributesOf } from '../attributes';
import {
  BULK_PRIORITY,
  DUTIES,
  RUN_NOW_SIGNAL,
  type CampaignInput,
  type DutyName,
  type ForecastInput,
  type GatewayTestInput,
  type ImportInput,
  type OccurrenceInput,
  type RelayInput,
  type SendInput,
} from '../contract';

export interface Description {
  /** The texts, as options of a start. */
  texts: { staticSummary: string; staticDetails: string };
  attributes: SearchAttributePair[];
}

const described = (
  staticSummary: string,
  staticDetails: string,
  attributes: SearchAttributePair[] = [],
): Description => ({ texts: { staticSummary, staticDetails }, attributes });

/** Describes workflows, with links to the api under this address (no trailing slash). */
export function createDescriptions(publicUrl: string) {
  const api = `${publicUrl}/api/v1`;
  const link = (name: string, path: string): string => `[${name}](${api}/${path})`;
  const campaignLinks = (id: string): string =>
    [
      link('Campaign', `campaigns/${id}`),
      link('ledger', `campaigns/${id}/ledger`),
      link('messages', `messages?campaignId=${id}`),
    ].join(' · ');

  return {
    send({ sliceId, accountId, others = [], dueAtMs, priority }: SendInput): Description {
      const ids = [accountId, ...others.map((other) => other.accountId)].filter((id) => id !== undefined);
      const accountIds = [...new Set(ids)];
      const slices = others.length === 0 ? 'Send' : `${others.length + 1} sends`;
      const accounts = accountIds.length === 1 ? `account ${accountIds[0]}` : `${accountIds.length} accounts`;
      const when = dueAtMs === null ? 'at once' : `due ${new Date(dueAtMs).toISOString()}`;
      return described(
        [slices, accounts, kindOf(priority), when].join(' · '),
        `Messages from their time to their last outcome. Each names this workflow: ${link('messages', `messages`)}, \`workflowId\` send/${sliceId}.`,
        searchAttributesOf({ accountIds }),
      );
    },

    campaign({ campaignId, accountId, priority = BULK_PRIORITY }: CampaignInput): Description {
      return described(
        `Campaign ${campaignId} · account ${accountId} · ${kindOf(priority)}`,
        campaignLinks(campaignId),
        searchAttributesOf({ accountIds: [accountId], campaignId, state: 'preparing' }),
      );
    },

    forecast({ campaignId, accountId }: ForecastInput): Description {
      return described(
        `Forecast of campaign ${campaignId} · account ${accountId}`,
        `${link('Forecast', `campaigns/${campaignId}/forecast`)} · ${campaignLinks(campaignId)}`,
        searchAttributesOf({ accountIds: [accountId], campaignId }),
      );
    },

    /** A time of a series. Its campaign is what people look for. */
    occurrence({ seriesId, accountId }: OccurrenceInput): Description {
      return described(
        `One time of series ${seriesId} · account ${accountId}`,
        `${link('Series', `campaigns/${seriesId}`)} · ${link('its campaigns', `campaigns?seriesId=${seriesId}`)}`,
      );
    },

    import({ uploadId, accountId }: ImportInput): Description {
      return described(
        `Upload ${uploadId} · account ${accountId}`,
        `${link('Upload', `uploads/${uploadId}`)} · ${link('report of errors', `uploads/${uploadId}/errors.csv`)}`,
        searchAttributesOf({ accountIds: [accountId] }),
      );
    },

    gatewayTest({ testId, gatewayId, accountId }: GatewayTestInput): Description {
      return described(
        `Test message over gateway ${gatewayId} · account ${accountId}`,
        `Test ${testId} of ${link('gateway', `gateways/${gatewayId}`)}`,
        searchAttributesOf({ accountIds: [accountId], gatewayId }),
      );
    },

    /** It lives as long as its webhook, so it is among no account's. */
    relay({ webhookId }: RelayInput): Description {
      return described(`Callbacks of webhook ${webhookId}`, link('Webhook', `webhooks/${webhookId}`));
    },

    duty(duty: DutyName): Description {
      return described(
        `Maintenance: ${duty}`,
        `A turn every ${DUTIES[duty] / 1_000} s; the signal \`${RUN_NOW_SIGNAL}\` has it take one at once.`,
      );
    },
  };
}

export type Descriptions = ReturnType<typeof createDescriptions>;

const kindOf = (priority: number): string => (priority < BULK_PRIORITY ? 'transactional' : 'bulk');
