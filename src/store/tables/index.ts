/** Row types of the tables in `db/migrations`, for Kysely; one file per aggregate. */
import type { AccountsTable, ApiKeysTable, AuditTable } from './accounts';
import type { CampaignRecipientsTable, CampaignsTable } from './campaigns';
import type { RoutesTable, SendersTable, TemplatesTable } from './catalogue';
import type { GatewayHealthTable, GatewayTestsTable, GatewaysTable } from './gateways';
import type { IdempotencyKeysTable, RecordKeysTable } from './idempotency';
import type { AttemptsTable, MessagesTable, ReceiptsTable, SlicesTable } from './messages';
import type { GroupMembersTable, GroupsTable, SuppressionsTable, TestPhonesTable } from './numbers';
import type { UploadChunksTable, UploadErrorsTable, UploadRowsTable, UploadsTable } from './uploads';
import type { CallbacksTable, WebhooksTable } from './webhooks';

export type * from './accounts';
export type * from './campaigns';
export type * from './catalogue';
export type * from './gateways';
export type * from './idempotency';
export type * from './messages';
export type * from './numbers';
export type * from './uploads';
export type * from './webhooks';

export interface Schema {
  accounts: AccountsTable;
  api_keys: ApiKeysTable;
  gateways: GatewaysTable;
  gateway_health: GatewayHealthTable;
  webhooks: WebhooksTable;
  slices: SlicesTable;
  messages: MessagesTable;
  attempts: AttemptsTable;
  receipts: ReceiptsTable;
  callbacks: CallbacksTable;
  record_keys: RecordKeysTable;
  idempotency_keys: IdempotencyKeysTable;
  suppressions: SuppressionsTable;
  senders: SendersTable;
  routes: RoutesTable;
  gateway_tests: GatewayTestsTable;
  templates: TemplatesTable;
  groups: GroupsTable;
  group_members: GroupMembersTable;
  test_phones: TestPhonesTable;
  audit: AuditTable;
  uploads: UploadsTable;
  upload_chunks: UploadChunksTable;
  upload_rows: UploadRowsTable;
  upload_errors: UploadErrorsTable;
  campaigns: CampaignsTable;
  campaign_recipients: CampaignRecipientsTable;
}
