/** A person in the rows of an account: wherever the product may have written of one. */
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { acceptMessages } from '../../src/store/messages/accept';
import { storeInbound } from '../../src/store/messages/opt-outs';
import { applyReceipts } from '../../src/store/receipts/receipts';
import { idempotencyContext } from '../../src/store/accounts/idempotency';
import {
  messageDraft,
  numberHash,
  PSEUDONYMS,
  receiptOf,
  recordHash,
  SEALER,
  sendDue,
  sliceDraft,
  submit,
  type TestStore,
} from './rows';

export const PERSON = '+919800000071';
/** As it stands in texts: what is looked for in all tables. */
export const TRACES = ['9800000071', 'Asha', 'meta-of-asha', 'token-a7'];

/** A tenant with a gateway and a webhook, by SQL: no api is there. */
export interface StoreTenant {
  accountId: string;
  gatewayId: string;
  webhookId: string;
}

export async function makeStoreTenant({ pool }: TestStore, name: string): Promise<StoreTenant> {
  const [accountId, gatewayId, webhookId] = [`acc_${name}`, `gw_${name}`, `wh_${name}`];
  await pool.query(`insert into accounts (id, name) values ($1, $2)`, [accountId, name]);
  await pool.query(
    `insert into gateways (id, account_id, provider, name, credentials, callback_token, sending_pattern, paused_reason)
     values ($1, $2, 'infobip', 'one', 'sealed', $1, 'batch', null)`,
    [gatewayId, accountId],
  );
  await pool.query(
    `insert into webhooks (id, account_id, kind, url, url_hash) values ($1, $2, 'clevertap', 'sealed', $3)`,
    [webhookId, accountId, Buffer.from(webhookId)],
  );
  return { accountId, gatewayId, webhookId };
}

/** A message to the person, with all that tells of one. */
export function draftOf(
  { accountId, webhookId }: StoreTenant,
  sliceId: string,
  over: Partial<Parameters<typeof messageDraft>[1]> = {},
) {
  return messageDraft(sliceId, {
    accountId,
    webhookId,
    msisdn: PERSON,
    meta: 'meta-of-asha',
    body: 'Dear Asha, your parcel: https://sms.example.com/l/x',
    options: { entityId: '1701158123540939524', extra: { who: 'Asha' } },
    recordHash: recordHash(`${accountId} asha`),
    ...over,
  });
}

/** Accepts messages to the person, as one slice. */
export async function acceptOne(
  pool: Pool,
  tenant: StoreTenant,
  over: Parameters<typeof draftOf>[2] = {},
): Promise<{ sliceId: string; id: string }> {
  const slice = sliceDraft({ accountId: tenant.accountId });
  const draft = draftOf(tenant, slice.id, over);
  await acceptMessages(pool, [slice], [draft]);
  return { sliceId: slice.id, id: draft.id };
}

/** A message that was delivered, told, answered and clicked. */
async function delivered(pool: Pool, tenant: StoreTenant): Promise<string> {
  const links = [{ code: `l-${tenant.accountId}`, url: 'https://example.com/?t=token-a7' }];
  const { sliceId, id } = await acceptOne(pool, tenant, { links });
  const [message] = await submit(pool, sliceId, tenant.gatewayId, {}, { providerId: `own-${id}` });
  const raw = JSON.stringify({ to: PERSON.slice(1), text: 'Dear Asha' });
  const report = receiptOf(tenant.gatewayId, message!, { raw, reason: 'delivered to 98000 00071' });
  await applyReceipts(pool, [report]);
  await pool.query(`update attempts set reason = 'taken for 9800000071' where message_id = $1`, [id]);
  await pool.query(
    `insert into provider_answers (id, account_id, message_ids, attempt_nos, size, status, body, took_ms)
     values (uuidv7(), $1, array[$2::uuid, uuidv7()], '{1,1}', 2, 400, 'not to Asha, 98000-00071', 5)`,
    [tenant.accountId, id],
  );
  const reply = {
    dedupe: Buffer.from(`${tenant.accountId} stop`),
    accountId: tenant.accountId,
    gatewayId: tenant.gatewayId,
    msisdn: PERSON,
    toNumber: '5555',
    body: 'Stop, says Asha',
    meaning: 'stop' as const,
    receivedAt: null,
    toldApart: true,
    numberHash: numberHash(PERSON),
    proof: 'secret' as const,
    evidence: { gatewayId: tenant.gatewayId, word: 'stop', language: 'en' },
  };
  await storeInbound(pool, [reply], PSEUDONYMS);
  await pool.query(
    `insert into callbacks (account_id, webhook_id, message_id, slot, event, occurred_at, state, detail, last_error)
     values ($1, $2, $3, 'clicked', 'clicked', now(), 'delivered', '{"url": "https://example.com/?t=token-a7", "shortUrl": "x"}',
             'refused 919800000071')`,
    [tenant.accountId, tenant.webhookId, id],
  );
  await sendDue(pool, tenant.webhookId, 10);
  return id;
}

/** Lists and texts of the account. */
async function lists(pool: Pool, { accountId, gatewayId, webhookId }: StoreTenant): Promise<void> {
  const name = (what: string): string => `${what}_${accountId}`;
  const upload = randomUUID();
  const sql = (text: string, ...values: unknown[]) => pool.query(text, values);
  await sql(
    `insert into groups (id, account_id, name, level, members) values ($1, $2, 'VIPs', 'Info', 2)`,
    name('grp'),
    accountId,
  );
  await sql(
    `insert into group_members (group_id, msisdn, name, variables) values ($1, $2, 'Asha', '{"city": "Asha Nagar"}'),
       ($1, '+919800000072', 'Bina', '{}')`,
    name('grp'),
    PERSON,
  );
  await sql(
    `insert into uploads (id, account_id, name, state, delimiter, columns, cursor_byte, cursor_row, cursor_line)
     values ($1, $2, '98000 00071.csv', 'ready', ',', '{to,name}', 0, 9, 9)`,
    upload,
    accountId,
  );
  await sql(
    `insert into upload_rows (upload_id, no, msisdn, meta, variables) values ($1, 2, $2, 'meta-of-asha', '{"name": "Asha"}'),
       ($1, 3, '+919800000072', null, '{}')`,
    upload,
    PERSON,
  );
  await sql(
    `insert into upload_errors (upload_id, no, column_name, value, message, account_id, msisdn, meta)
     values ($1, 4, 'to', '(0)98000-00071', 'the number +91 98000 00071 is in an earlier row', $2, '+919800000071', null),
            ($1, 5, 'to', 'x', 'is no number', $2, 'x', null), ($1, 6, 'city', 'y', 'is no text', $2, '+919800000071', 'meta-of-asha')`,
    ...[upload, accountId],
  );
  const insertCampaign = (id: string, state: string, audience: object, over: Record<string, unknown>) => {
    const given = { body: 'Dear {name}', variables: '{}', problems: '[]', reason: null, recipients: 2, ...over };
    return sql(
      `insert into campaigns (id, account_id, name, state, body, variables, problems, reason, recipients, service, audience, timezone,
                              send_id, launched_at, finished_at)
       values ($1, $2, 'Sale', $3, $4, $5, $6, $7, $8, 'T', $9, 'UTC', gen_random_uuid(), now(), now())`,
      ...[
        id,
        accountId,
        state,
        given.body,
        given.variables,
        given.problems,
        given.reason,
        given.recipients,
        JSON.stringify(audience),
      ],
    );
  };
  await insertCampaign(name('cmp1'), 'failed', { kind: 'upload', id: upload }, {
    problems: JSON.stringify([{ position: 2, code: 'too-long', message: 'would hold "Dear Asha"' }, { position: 3, code: 'x', message: 'kept' }]),
    reason: 'no recipient can be sent to: would hold "Dear Asha"',
  }); // prettier-ignore
  await insertCampaign(
    name('cmp2'),
    'draft',
    { kind: 'recipients' },
    { body: 'Only for Asha', variables: '{"name": "Asha"}' },
  );
  await insertCampaign(name('cmp3'), 'draft', { kind: 'recipients' }, { body: 'Dear {name}' });
  await sql(
    `insert into campaign_recipients (campaign_id, position, msisdn, meta, variables)
     values ($1, 1, $3, 'meta-of-asha', '{"name": "Asha"}'), ($2, 1, $3, 'meta-of-asha', '{"name": "Asha"}'), ($2, 2, '+919800000072', null, null)`,
    ...[name('cmp2'), name('cmp3'), PERSON],
  );
  const request = randomUUID();
  await sql(
    `insert into requests (id, account_id, at, shape, route, key_id, outcome, status, message, accepted, rejected, body)
     values ($1, $2, now(), 'generic', '/clevertap/v1/messages', 'key', 'partly', 200, 'not to +91 98000 00071', 1, 2,
             '[{"to":"9800000071","message":"Dear Asha"}]')`,
    ...[request, accountId],
  );
  await sql(
    `insert into request_records (request_id, place, account_id, record, msisdn, meta, field, code, message)
     values ($1, 0, $2, 0, $3, 'meta-of-asha', 'text', 'missing', 'message is missing'),
            ($1, 1, $2, 1, '+919800000072', null, 'to', 'invalid-number', 'to is no number')`,
    ...[request, accountId, PERSON],
  );
  await sql(
    `insert into test_phones (id, account_id, msisdn, name) values ($1, $2, $3, 'Asha')`,
    name('tp'),
    accountId,
    PERSON,
  );
  await sql(
    `insert into gateway_tests (id, gateway_id, msisdn, body) values (gen_random_uuid(), $1, $2, 'Hello Asha')`,
    gatewayId,
    PERSON,
  );
  await sql(
    `insert into parked_receipts (dedupe, gateway_id, provider_id, status, disposition, raw, reason)
     values (gen_random_uuid(), $1, 'never', 'failed', 'parked', '{"to":"919800000071"}', 'no such number 9800000071')`,
    gatewayId,
  );
  await sql(`update gateways set paused_reason = 'blocked for 919800000071' where id = $1`, gatewayId);
  await sql(
    `insert into gateway_health (gateway_id, reason, hold_reason, degraded) values ($1, 'x 9800000071', 'y 9800000071', 'z 9800000071')`,
    gatewayId,
  );
  await sql(
    `update webhooks set disabled_reason = '410 for +919800000071', paused_reason = '500 9800000071' where id = $1`,
    webhookId,
  );
  await sql(
    `insert into senders (id, account_id, sender, class, reason) values ($1, $2, 'BRANDA', 'service', 'see 9800000071')`,
    ...[name('snd'), accountId],
  );
  await sql(
    `insert into audit (account_id, action, subject, detail)
     values ($1, 'suppression.created', '+919800000071', null), ($1, 'group.created', 'grp', '{"name": "for 98000 00071"}'),
            ($1, 'group.created', 'grp', '{"name": "others"}')`,
    accountId,
  );
  const id = { accountId, key: name('key') };
  const answer = JSON.stringify({ contentType: 'application/json', body: JSON.stringify({ to: PERSON, id: 7 }) });
  await sql(
    `insert into idempotency_keys (account_id, key, request_hash, status, answer) values ($1, $2, 'hash', 201, $3)`,
    ...[accountId, id.key, SEALER.seal(answer, idempotencyContext(id))],
  );
}

/** Writes of the person wherever that can be. @returns the message that was delivered. */
export async function plantPerson({ pool }: TestStore, tenant: StoreTenant): Promise<string> {
  const id = await delivered(pool, tenant);
  await lists(pool, tenant);
  return id;
}

/** The answer that the account keeps for a repeated request, as the caller would get it. */
export async function keptAnswer({ pool }: TestStore, accountId: string): Promise<unknown> {
  const { rows } = await pool.query<{ key: string; answer: string }>(
    'select key, answer from idempotency_keys where account_id = $1',
    [accountId],
  );
  const [{ key, answer }] = rows as [{ key: string; answer: string }];
  return JSON.parse((JSON.parse(SEALER.open(answer, idempotencyContext({ accountId, key }))) as { body: string }).body);
}
