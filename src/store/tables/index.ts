/** Row types of the tables in `db/migrations`, for Kysely; files are named as the rooms of the store. */
import type {
  AccountsTable,
  ApiKeysTable,
  AuditTable,
  DeploymentFloorsTable,
  DeploymentSecretsTable,
  IdempotencyKeysTable,
} from './accounts';
import type {
  GroupMembersTable,
  GroupsTable,
  TemplatesTable,
  TestPhonesTable,
  UploadChunksTable,
  UploadErrorsTable,
  UploadRowsTable,
  UploadsTable,
} from './audience';
import type { CampaignRecipientsTable, CampaignsTable } from './campaigns';
import type { ErasuresTable } from './erasures';
import type { GatewayHealthTable, GatewaysTable, RoutesTable, SendersTable } from './gateways';
import type {
  AttemptsTable,
  BlocksTable,
  ConsentsTable,
  LedgerRollupsTable,
  MessagesTable,
  ReceiptsTable,
  ResendsTable,
  SlicesTable,
  SuppressionsTable,
} from './messages';
import type { CallbackCountsTable, CallbacksTable, DueCallbacksTable, RelaysTable, WebhooksTable } from './webhooks';

export type * from './accounts';
export type * from './audience';
export type * from './campaigns';
export type * from './erasures';
export type * from './gateways';
export type * from './messages';
export type * from './webhooks';

export interface Schema {
  accounts: AccountsTable;
  deployment_floors: DeploymentFloorsTable;
  api_keys: ApiKeysTable;
  gateways: GatewaysTable;
  gateway_health: GatewayHealthTable;
  webhooks: WebhooksTable;
  slices: SlicesTable;
  ledger_rollups: LedgerRollupsTable;
  messages: MessagesTable;
  attempts: AttemptsTable;
  blocks: BlocksTable;
  receipts: ReceiptsTable;
  resends: ResendsTable;
  callbacks: CallbacksTable;
  callback_counts: CallbackCountsTable;
  due_callbacks: DueCallbacksTable;
  relays: RelaysTable;
  idempotency_keys: IdempotencyKeysTable;
  deployment_secrets: DeploymentSecretsTable;
  suppressions: SuppressionsTable;
  consents: ConsentsTable;
  senders: SendersTable;
  routes: RoutesTable;
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
  erasures: ErasuresTable;
}
