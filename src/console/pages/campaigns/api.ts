/** What the pages of campaigns ask of the API. */
import { addressOf, api, send, type AnswerOf, type Result } from '../../api';
import type { OperationOf } from '../../api/types';
import { hasEnded } from '../../../core/campaigns/campaign';

type Answered<Path extends '/api/v1/campaigns/{id}' | '/api/v1/campaigns/{id}/ledger' | '/api/v1/campaigns/{id}/forecast'> = AnswerOf<OperationOf<'get', Path>>; // prettier-ignore

/** A campaign with its counts. */
export type Campaign = Answered<'/api/v1/campaigns/{id}'> & {
  /** The campaign to whose failed ones it goes again. */
  againOf?: string | null;
  /** Campaigns that go again to those of this one that failed. */
  again?: string[];
};
export type Counts = Campaign['counts'];
export type CampaignState = Campaign['state'];
export type Ledger = Answered<'/api/v1/campaigns/{id}/ledger'>;
export type Forecast = Answered<'/api/v1/campaigns/{id}/forecast'>;

/** A campaign that was just made, with the recipients of the request that it leaves out. */
export type Made = Campaign & { rejected: { index: number; code: string; field: string; message: string }[] };

/** The `campaign` event of `/api/v1/events`. */
export interface CampaignNews {
  id: string;
  state: CampaignState;
  reason: string | null;
  counts: Counts;
}

export const EVENTS = '/api/v1/events';
const ONE = '/api/v1/campaigns/{id}';
const at = (id: string, path = ''): string => addressOf(ONE + path, { params: { id } });

export const getCampaign = (id: string, signal?: AbortSignal): Promise<Result<Campaign>> =>
  send<Campaign>('get', at(id), { signal });

export const getLedger = (id: string, signal?: AbortSignal): Promise<Result<Ledger>> =>
  api.get('/api/v1/campaigns/{id}/ledger', { params: { id }, signal });

/** A forecast, or that it is being made: then ask again soon. */
export const getForecast = (id: string, signal?: AbortSignal): Promise<Result<Forecast | { state: 'computing' }>> =>
  send('get', at(id, '/forecast'), { signal });

/** What was done, or what a form says. */
export type Body = Record<string, unknown>;

export const makeDraft = (body: Body, idempotencyKey: string): Promise<Result<Made>> =>
  send('post', '/api/v1/campaigns', { body: { ...body, draft: true }, idempotencyKey });

export const patchCampaign = (id: string, body: Body): Promise<Result<Campaign>> => send('patch', at(id), { body });

/** Has a campaign launched, paused, resumed, cancelled or given another time. */
export const command = (
  id: string,
  action: 'launch' | 'pause' | 'resume' | 'cancel' | 'reschedule',
  body?: Body,
): Promise<Result<Campaign>> => send('post', at(id, `/${action}`), { body });

export const deleteDraft = (id: string): Promise<Result<unknown>> =>
  api.delete('/api/v1/campaigns/{id}', { params: { id } });

/** Makes a draft to those that failed. */
export const sendAgain = (id: string, body: { codes?: string[]; name?: string }): Promise<Result<Campaign>> =>
  send('post', at(id, '/again'), { body });

/** Where the whole ledger is as a file. */
export const ledgerFile = (id: string): string => `${at(id, '/ledger')}?format=csv`;

/** Messages may still leave, or outcomes still come. */
export const isUnderWay = ({ state, counts }: { state: CampaignState; counts: Counts }): boolean =>
  state !== 'draft' && (!hasEnded(state) || counts.open > 0);

/** How many have not left yet: what a cancellation keeps back. */
export const notLeft = ({ audience, counts, state }: Campaign): number =>
  state === 'draft' || state === 'preparing' ? Math.max(audience.recipients, counts.queued) : counts.queued;

/** How many are told an outcome, or will be told none. */
export const settled = ({ accepted, open }: Counts): number => accepted - open;
