/** `POST /api/v1/campaigns/{id}/test`: a campaign's text to the account's own phones. */
import type { Router } from 'express';
import { createCampaignRenderer } from '../../../core/campaigns/text';
import { AppError } from '../../../errors';
import { insertAudit } from '../../../store/accounts/audit';
import { readAudience } from '../../../store/campaigns/audience';
import type { CampaignRow } from '../../../store/campaigns/campaigns';
import { listVerifiedTestPhones, type TestPhoneRow } from '../../../store/audience/test-phones';
import { TRANSACTIONAL_PRIORITY } from '../../../workflows/contract';
import { readOptionalJson } from '../../http/body';
import { withShortLinks } from '../../ingress/short-links';
import type { ApiDeps } from '../../deps';
import type { IncomingMessage } from '../../ingress/ingress';
import { validate } from '../../http/validate';
import { invalid } from './create';
import { existing } from './found';
import { testSend } from './schema';

export function testSendRoutes(router: Router, deps: ApiDeps): void {
  const { db, pool } = deps.database;

  /** The verified test phones that were asked for; all of them unless some were. @throws AppError no-test-phone, invalid-request */
  async function phonesFor(accountId: string, ids: readonly string[] | undefined): Promise<TestPhoneRow[]> {
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
  async function render(row: CampaignRow, given: Record<string, string> | undefined) {
    const [first] = given === undefined ? await readAudience(pool, row, 0, 1) : [];
    const rendered = createCampaignRenderer(row)({ variables: given ?? first?.variables ?? {} });
    if (!rendered.ok) throw invalid('variables', `can’t make the text: ${rendered.message}`);
    return rendered;
  }

  router.post('/api/v1/campaigns/:id/test', async (request, response) => {
    const actor = await deps.auth.authenticate(request, 'send');
    const { accountId } = actor;
    const { testPhoneIds, variables } = validate(testSend, readOptionalJson(request));
    const row = await existing(deps, accountId, request.params.id);
    const phones = await phonesFor(accountId, testPhoneIds);
    const { text, segmentation } = await render(row, variables);
    const { account } = await deps.accounts.context(accountId);
    const linked = (message: IncomingMessage): IncomingMessage =>
      account.click_tracking === 'off' ? message : withShortLinks(message, deps.publicUrl);
    const accepted = await deps.ingress.accept({
      accountId,
      priority: TRANSACTIONAL_PRIORITY,
      messages: phones.map(({ msisdn }) =>
        linked({
          msisdn,
          meta: null,
          standIn: null,
          text,
          sender: row.sender,
          service: row.service,
          options: row.options,
          webhookId: null,
          encoding: segmentation.encoding,
          segments: segmentation.parts,
          dueAt: null,
        }),
      ),
    });
    deps.metrics.messages('accepted', accepted.length);
    await insertAudit(db, actor, { action: 'campaign.tested', subject: row.id, detail: { phones: phones.length } });
    response.json({ sent: phones.map(({ id }, i) => ({ testPhoneId: id, messageId: accepted[i]!.id })) });
  });
}
