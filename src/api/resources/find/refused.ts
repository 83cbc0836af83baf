/** What became of no message: records that were refused on the way in, and rows of uploads that are nobody's. */
import { hasScope } from '../../../core/accounts/api-key';
import { listRefused, type ShownRequest } from '../../../store/accounts/requests';
import { listNobodysRows, type NobodysRow } from '../../../store/audience/uploads';
import { listLeftOut, type LeftOutRecipient } from '../../../store/campaigns/rejected';
import { withoutNumbers } from '../../http/content';
import type { Finder } from './finder';
import type { Found } from './schema';
import type { Sought } from './sought';

/** Of each kind. */
const MOST = 10;

/** As numbers may stand in what was refused: as they are meant, and as they were written. */
const byNumber = ({ msisdn, text }: Sought): { msisdns: string[] } => ({
  msisdns: [...new Set(msisdn === null ? [text] : [msisdn, text])],
});

export const refusedRecords: Finder = {
  what: 'refused records',
  async find({ database: { pool }, requests }, sought) {
    await requests.flushBriefly();
    const filter = { accountId: sought.accountId, limit: MOST };
    const ofNumber = await listRefused(pool, { ...filter, ...byNumber(sought) });
    const ofMeta = await listRefused(pool, { ...filter, meta: sought.text });
    return { items: [...ofNumber, ...ofMeta].map((row) => refusal(row, sought)) };
  },
};

export const rowsOfUploads: Finder = {
  what: 'rows of uploads that became no recipient',
  async find({ database: { pool } }, sought) {
    const ofNumber = await listNobodysRows(pool, sought.accountId, byNumber(sought), MOST);
    const ofMeta = await listNobodysRows(pool, sought.accountId, { meta: sought.text }, MOST);
    return { items: [...ofNumber, ...ofMeta].map((row) => nobody(row, sought)) };
  },
};

export const leftOutOfCampaigns: Finder = {
  what: 'recipients that a campaign left out',
  async find({ database: { pool } }, sought) {
    const ofNumber = await listLeftOut(pool, sought.accountId, byNumber(sought), MOST);
    const ofMeta = await listLeftOut(pool, sought.accountId, { meta: sought.text }, MOST);
    return { items: [...ofNumber, ...ofMeta].map((row) => leftOut(row, sought)) };
  },
};

/** Full numbers are shown to the scope `manage` alone. */
const said = (text: string, { scopes }: Sought): string => (hasScope(scopes, 'manage') ? text : withoutNumbers(text));

const refusal = ({ id, at, route, code, message, problems }: ShownRequest, sought: Sought): Found => ({
  kind: 'request',
  id,
  title: `${route}: ${problems[0]?.code ?? code ?? 'refused'}`,
  sentence: `Refused on the way in: ${said(problems[0]?.message ?? message ?? 'the request as a whole', sought)}`,
  at: at.toISOString(),
  state: 'refused',
  link: `/console/requests/${id}`,
});

const nobody = ({ upload_id: id, upload_name: name, at, no, message }: NobodysRow, sought: Sought): Found => ({
  kind: 'row',
  id: `${id}/${no}`,
  title: `${name ?? 'an upload without a name'}, row ${no}`,
  sentence: `No recipient: ${said(message, sought)}`,
  at: at.toISOString(),
  state: 'refused',
  link: `/console/uploads/${id}`,
});

const leftOut = (
  { campaign_id: id, campaign_name: name, at, position, message }: LeftOutRecipient,
  sought: Sought,
): Found => ({
  kind: 'left-out',
  id: `${id}/${position}`,
  title: name,
  sentence: `Left out of the campaign: ${said(message, sought)}`,
  at: at.toISOString(),
  state: 'refused',
  link: `/console/campaigns/${id}`,
});
