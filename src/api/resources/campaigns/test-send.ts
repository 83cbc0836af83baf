/** `POST /api/v1/campaigns/{id}/test`: a campaign's text to the account's own phones. */
import type { Kysely } from 'kysely';
import { createCampaignRenderer } from '../../../core/campaigns/text';
import { AppError } from '../../../errors';
import { insertAudit } from '../../../store/accounts/audit';
import { listVerifiedTestPhones, type TestPhoneRow } from '../../../store/audience/test-phones';
import { readAudience } from '../../../store/campaigns/audience';
import type { CampaignRow } from '../../../store/campaigns/campaigns';
import type { Database } from '../../../store/database';
import type { Schema } from '../../../store/tables';
import { TRANSACTIONAL_PRIORITY } from '../../../workflows/contract';
import { endpoint, type Endpoint } from '../../endpoint';
import { invalid } from '../../http/invalid';
import { judgeAlone } from '../../ingress/alone';
import type { IncomingMessage } from '../../ingress/ingress';
import { plainMessage } from '../../ingress/plain-message';
import { withShortLinks } from '../../ingress/short-links';
import { campaignOf } from './campaign';
import { testAnswer, testSend } from './schema';

export const testSends: Endpoint[] = [
  endpoint(
    {
      id: 'testCampaign',
      method: 'post',
      path: '/api/v1/campaigns/:id/test',
      tag: 'Campaigns',
      summary: 'Sends the campaign’s text to verified test phones, and to nobody else.',
      scope: 'send',
      body: { schema: testSend, optional: true },
      answers: { 200: { description: 'The messages.', schema: testAnswer } },
      errors: ['malformed-body', 'invalid-request', 'not-found', 'no-test-phone', 'unavailable'],
    },
    async (call) => {
      const { deps, actor, body } = call;
      const { accountId } = actor;
      const row = await campaignOf(call);
      const phones = await phonesFor(deps.database.db, accountId, body.testPhoneIds);
      const context = await deps.accounts.context(accountId);
      const { account, hasErasures } = context;
      const smartEncoding = account.smart_encoding ? 'apply' : 'off';
      const { text, segmentation } = await render(deps.database, row, body.variables, smartEncoding);
      const message = { text, sender: row.sender, service: row.service, options: row.options };
      const held = await Promise.all(
        phones.map(async ({ msisdn }) => {
          const judged = await judgeAlone(deps, context, { ...message, msisdn }, { findTemplate: false });
          if (!judged.ok) throw invalid(judged.field, judged.message);
          return { ...judged, msisdn };
        }),
      );
      const linked = (message: IncomingMessage): IncomingMessage =>
        account.click_tracking === 'off' ? message : withShortLinks(message, deps.publicUrl);
      const accepted = await deps.ingress.accept({
        accountId,
        origin: { shape: 'api', keyId: actor.keyId },
        hasErasures,
        priority: TRANSACTIONAL_PRIORITY,
        messages: held.map(({ msisdn, sender, options, dueAt, windows }) =>
          linked({ ...plainMessage({ ...message, msisdn, sender, options }, segmentation), dueAt, windows }),
        ),
      });
      deps.metrics.messages('accepted', accepted.length);
      const note = { action: 'campaign.tested', subject: row.id, detail: { phones: phones.length } };
      await insertAudit(deps.database.db, actor, note);
      const sent = phones.map(({ id }, i) => {
        const heldUntil = held[i]!.heldUntil?.toISOString();
        return { testPhoneId: id, messageId: accepted[i]!.id, ...(heldUntil === undefined ? {} : { heldUntil }) };
      });
      return { sent };
    },
  ),
];

/** The verified test phones that were asked for; all of them unless some were. @throws AppError no-test-phone, invalid-request */
async function phonesFor(
  db: Kysely<Schema>,
  accountId: string,
  ids: readonly string[] | undefined,
): Promise<TestPhoneRow[]> {
  const phones = await listVerifiedTestPhones(db, accountId);
  if (phones.length === 0) {
    const remedy = 'add one with POST /api/v1/test-phones and verify it';
    throw new AppError(
      'no-test-phone',
      `A test goes to verified test phones only, and the account has none: ${remedy}`,
    );
  }
  if (ids === undefined) return phones;
  const unknown = ids.filter((id) => !phones.some((phone) => phone.id === id));
  if (unknown.length > 0) {
    throw invalid('testPhoneIds', `has ${unknown.join(', ')}: no verified test phone of this account`);
  }
  return phones.filter((phone) => ids.includes(phone.id));
}

/** @throws AppError invalid-request when the text can't be made */
async function render(
  { pool }: Database,
  row: CampaignRow,
  given: Record<string, string> | undefined,
  smartEncoding: 'apply' | 'off',
) {
  if (row.body === '') {
    throw invalid('id', 'names a sensitive campaign that has ended: its text is deleted, so it can’t be sent again');
  }
  const [first] = given === undefined ? await readAudience(pool, row, 0, 1) : [];
  const rendered = createCampaignRenderer(row, { linkBase: null, smartEncoding, maxCharacters: null })({
    variables: given ?? first?.variables ?? {},
  });
  if (!rendered.ok) {
    const names = rendered.missing === undefined ? '' : ` ({${rendered.missing.join('}, {')}})`;
    throw invalid('variables', `can’t make the text: ${rendered.message}${names}`);
  }
  return rendered;
}
