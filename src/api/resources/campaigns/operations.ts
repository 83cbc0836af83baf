/** What is said of the routes of campaigns. */
import type { Operation } from '../../operation';
import { pageOf } from '../../http/page';
import {
  campaign,
  campaignAnswer,
  computingAnswer,
  createdAnswer,
  forecastAnswer,
  ledgerAnswer,
  ledgerQuery,
  listQuery,
  patch,
  reschedule,
  testAnswer,
  testSend,
} from './schema';

const CAMPAIGNS = '/api/v1/campaigns';
const CAMPAIGN = `${CAMPAIGNS}/:id`;
const tag = 'Campaigns';
const now = { 200: { description: 'The campaign as it is now.', schema: campaignAnswer } };

/** What a command that the campaign's workflow carries out can end in. */
const COMMAND_ERRORS = ['not-found', 'wrong-state', 'unavailable'] as const;

/** Pause, resume, cancel: the answer comes once it holds. */
const command = (action: 'pause' | 'resume' | 'cancel', summary: string): Operation => ({
  id: `${action}Campaign`,
  method: 'post',
  path: `${CAMPAIGN}/${action}`,
  tag,
  summary,
  scope: 'send',
  answers: now,
  errors: COMMAND_ERRORS,
});

export const operations: Operation[] = [
  {
    id: 'listCampaigns',
    method: 'get',
    path: CAMPAIGNS,
    tag,
    summary: 'The account’s campaigns, newest first.',
    scope: 'read',
    query: listQuery,
    answers: { 200: { description: 'A page of campaigns.', schema: pageOf(campaignAnswer) } },
    errors: ['invalid-request'],
  },
  {
    id: 'createCampaign',
    method: 'post',
    path: CAMPAIGNS,
    tag,
    summary: 'Makes a campaign, and launches it unless it is a draft.',
    description:
      'What can be known beforehand is checked beforehand, and then nothing is stored. A bad recipient of the request is ' +
      'left out alone, and listed in `rejected`.',
    scope: 'send',
    body: { schema: campaign },
    answers: { 201: { description: 'The campaign.', schema: createdAnswer } },
    errors: [
      'malformed-body',
      'invalid-request',
      'not-found',
      'no-gateway',
      'upload-not-ready',
      'audience-suppressed',
      'over-limit',
    ],
  },
  {
    id: 'getCampaign',
    method: 'get',
    path: CAMPAIGN,
    tag,
    summary: 'One campaign with its counts.',
    scope: 'read',
    answers: now,
    errors: ['not-found'],
  },
  {
    id: 'updateCampaign',
    method: 'patch',
    path: CAMPAIGN,
    tag,
    summary: 'Sets the campaign’s rate, also while it runs.',
    scope: 'send',
    body: { schema: patch },
    answers: now,
    errors: ['malformed-body', 'invalid-request', ...COMMAND_ERRORS],
  },
  {
    id: 'deleteCampaign',
    method: 'delete',
    path: CAMPAIGN,
    tag,
    summary: 'Deletes a draft.',
    scope: 'manage',
    answers: { 204: { description: 'It is gone.' } },
    errors: ['not-found', 'wrong-state'],
  },
  {
    id: 'launchCampaign',
    method: 'post',
    path: `${CAMPAIGN}/launch`,
    tag,
    summary: 'Launches a draft.',
    scope: 'send',
    answers: now,
    errors: ['not-found', 'wrong-state'],
  },
  command('pause', 'Nothing new leaves from now on; what the providers have is awaited.'),
  command('resume', 'Goes on where it was paused.'),
  command('cancel', 'What has not left is cancelled; what has left is awaited.'),
  {
    id: 'rescheduleCampaign',
    method: 'post',
    path: `${CAMPAIGN}/reschedule`,
    tag,
    summary: 'Gives a campaign that has not begun another time.',
    scope: 'send',
    body: { schema: reschedule },
    answers: now,
    errors: ['malformed-body', 'invalid-request', ...COMMAND_ERRORS],
  },
  {
    id: 'forecastCampaign',
    method: 'get',
    path: `${CAMPAIGN}/forecast`,
    tag,
    summary: 'What a campaign will be: recipients, parts, cost, and when its last message leaves.',
    description:
      'A draft’s is made anew when it is older than a minute; once the campaign is launched, it stays what was known then.',
    scope: 'read',
    answers: {
      200: { description: 'The forecast.', schema: forecastAnswer },
      202: { description: 'It is being made: ask again after Retry-After.', schema: computingAnswer },
    },
    errors: ['not-found', 'unavailable'],
  },
  {
    id: 'getCampaignLedger',
    method: 'get',
    path: `${CAMPAIGN}/ledger`,
    tag,
    summary: 'Where every message of a campaign went.',
    description:
      'With `format=csv`, or `Accept: text/csv`, one line per message in the order of the audience. Numbers are masked ' +
      'unless the key has the scope manage.',
    scope: 'read',
    query: ledgerQuery,
    answers: { 200: { description: 'The ledger.', schema: ledgerAnswer } },
    errors: ['invalid-request', 'not-found'],
  },
  {
    id: 'testCampaign',
    method: 'post',
    path: `${CAMPAIGN}/test`,
    tag,
    summary: 'Sends the campaign’s text to verified test phones, and to nobody else.',
    scope: 'send',
    body: { schema: testSend, optional: true },
    answers: { 200: { description: 'The messages.', schema: testAnswer } },
    errors: ['malformed-body', 'invalid-request', 'not-found', 'no-test-phone', 'unavailable'],
  },
];
