/** Things that people gave a name: campaigns, uploads, gateways. Uploads by the numbers in them, too. */
import { findUploadsNamed, findUploadsWith, type FoundUpload } from '../../../store/audience/found-uploads';
import { findCampaignsNamed } from '../../../store/campaigns/named';
import { listGateways } from '../../../store/gateways/gateways';
import type { Finder } from './finder';
import type { Found } from './schema';

/** Of each kind. */
const MOST = 10;

export const campaignsByName: Finder = {
  what: 'campaigns by name',
  async find({ database: { db } }, { accountId, text }) {
    const rows = await findCampaignsNamed(db, accountId, text, MOST);
    return {
      items: rows.map(({ id, name, state, reason, recipients, created_at: at }) => ({
        kind: 'campaign',
        id,
        title: name,
        sentence: `A campaign to ${count(recipients, 'recipient')}: ${state}${reason === null ? '' : `, ${reason}`}`,
        at: at.toISOString(),
        state,
        link: `/console/campaigns/${id}`,
      })),
    };
  },
};

export const uploadsByName: Finder = {
  what: 'uploads by name',
  find: async ({ database: { db } }, { accountId, text }) => ({
    items: (await findUploadsNamed(db, accountId, text, MOST)).map(toFound),
  }),
};

export const uploadsByNumber: Finder = {
  what: 'uploads with the number',
  async find({ database: { db } }, { accountId, msisdn }) {
    if (msisdn === null) return null;
    return { items: (await findUploadsWith(db, accountId, msisdn, MOST)).map(toFound) };
  },
};

export const gatewaysByName: Finder = {
  what: 'gateways by name',
  async find({ database: { db } }, { accountId, text }) {
    const sought = text.toLowerCase();
    const rows = (await listGateways(db, accountId)).filter(
      ({ id, name }) => id === text || name.toLowerCase().includes(sought),
    );
    return {
      items: rows.slice(0, MOST).map((row) => ({
        kind: 'gateway',
        id: row.id,
        title: row.name,
        sentence: `A gateway of ${row.provider}: ${row.paused_reason === null ? row.status : `paused, ${row.paused_reason}`}`,
        at: row.created_at.toISOString(),
        state: row.paused_reason === null ? row.status : 'paused',
        link: `/console/gateways/${row.id}`,
      })),
    };
  },
};

const count = (number: number, what: string): string =>
  `${number.toLocaleString('en')} ${what}${number === 1 ? '' : 's'}`;

const toFound = ({ id, name, state, created_at: at, row }: FoundUpload): Found => ({
  kind: 'upload',
  id,
  title: name ?? 'an upload without a name',
  sentence: row === null ? `An upload: ${state}` : `An upload that has the number in row ${row}: ${state}`,
  at: at.toISOString(),
  state,
  link: `/console/uploads/${id}`,
});
