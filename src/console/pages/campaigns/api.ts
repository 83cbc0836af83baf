/** What the pages of campaigns ask of the API. */
import { addressOf, api, type AnswerOf, type BodyOf, type Result } from '../../api';
import type { OperationOf, PendingOf } from '../../api/types';
import { hasEnded } from '../../../core/campaigns/campaign';

const ONE = '/api/v1/campaigns/{id}';
type One = typeof ONE;

/** A campaign with its counts. */
export type Campaign = AnswerOf<OperationOf<'get', One>>;
export type Counts = Campaign['counts'];
export type CampaignState = Campaign['state'];
export type Ledger = AnswerOf<OperationOf<'get', `${One}/ledger`>>;
export type Forecast = AnswerOf<OperationOf<'get', `${One}/forecast`>>;
/** Instead of a forecast while it is being made. */
export type Computing = PendingOf<OperationOf<'get', `${One}/forecast`>>;
export type CampaignBody = BodyOf<OperationOf<'post', '/api/v1/campaigns'>>;
/** What changes of a campaign; null takes a value away. */
export type CampaignPatch = BodyOf<OperationOf<'patch', One>>;
/** A campaign that was just made, with the recipients of the request that it leaves out. */
export type Made = AnswerOf<OperationOf<'post', '/api/v1/campaigns'>>;

/** The `campaign` event of `/api/v1/events`. */
export interface CampaignNews {
  id: string;
  state: CampaignState;
  reason: string | null;
  counts: Counts;
}

/** To which of those that failed it goes again. */
export type AgainBody = BodyOf<OperationOf<'post', `${One}/again`>>;

export const EVENTS = '/api/v1/events';

export const getCampaign = (id: string, signal?: AbortSignal): Promise<Result<Campaign>> =>
  api.get(ONE, { params: { id }, signal });

export const getLedger = (id: string, signal?: AbortSignal): Promise<Result<Ledger>> =>
  api.get(`${ONE}/ledger`, { params: { id }, signal });

/** A forecast, or that it is being made: then ask again soon. */
export const getForecast = (id: string, signal?: AbortSignal): Promise<Result<Forecast | Computing>> =>
  api.get(`${ONE}/forecast`, { params: { id }, signal });

export const makeDraft = (body: CampaignBody, idempotencyKey: string): Promise<Result<Made>> =>
  api.post('/api/v1/campaigns', { body: { ...body, draft: true }, idempotencyKey });

export const patchCampaign = (id: string, body: CampaignPatch): Promise<Result<Campaign>> =>
  api.patch(ONE, { params: { id }, body });

/** Has a campaign launched, paused, resumed or cancelled. */
export const command = (id: string, action: 'launch' | 'pause' | 'resume' | 'cancel'): Promise<Result<Campaign>> =>
  api.post(`${ONE}/${action}`, { params: { id } });

/** @param time by the clock of the zone. */
export const reschedule = (id: string, time: string, timezone: string): Promise<Result<Campaign>> =>
  api.post(`${ONE}/reschedule`, { params: { id }, body: { time, timezone } });

export const deleteDraft = (id: string): Promise<Result<unknown>> => api.delete(ONE, { params: { id } });

/** Makes a draft to those that failed. */
export const sendAgain = (id: string, body: AgainBody): Promise<Result<Campaign>> =>
  api.post(`${ONE}/again`, { params: { id }, body });

/** Where the whole ledger is as a file. */
export const ledgerFile = (id: string): string =>
  addressOf(`${ONE}/ledger`, { params: { id }, query: { format: 'csv' } });

/** Messages may still leave, or outcomes still come. */
export const isUnderWay = ({ state, counts }: { state: CampaignState; counts: Counts }): boolean =>
  state !== 'draft' && (!hasEnded(state) || counts.open > 0);

const CORRECTABLE_STATES: readonly CampaignState[] = ['preparing', 'scheduled', 'paused'];

/** Nothing of it has left, as far as is known: its text can be corrected. */
export const isCorrectable = ({ state, startedAt }: Campaign): boolean =>
  CORRECTABLE_STATES.includes(state) && startedAt === null;

/** How many have not left yet: what a cancellation keeps back. */
export const notLeft = ({ audience, counts, state }: Campaign): number =>
  state === 'draft' || state === 'preparing' ? Math.max(audience.recipients, counts.queued) : counts.queued;

/** How many are told an outcome, or will be told none. */
export const settled = ({ accepted, open }: Counts): number => accepted - open;
