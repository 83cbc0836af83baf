/** The development server on the file of an earlier release. */
import { rmSync } from 'node:fs';
import { Connection } from '@temporalio/client';
import { temporaryFolder } from '../../../test/support/servers';
import { drawFreePort } from './ports';
import { startTemporal, type EmbeddedTemporal } from './temporal';

const KEYWORD = 2;
const KEYWORD_LIST = 7;
const NAMESPACE = { namespace: 'default' };

let folder: string;
beforeAll(() => (folder = temporaryFolder()));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function withServer<T>(work: (connection: Connection, server: EmbeddedTemporal) => Promise<T>): Promise<T> {
  const { TEMPORAL_CLI_PATH: cliPath } = process.env;
  const server = await startTemporal({ dataDir: folder, port: await drawFreePort(), uiPort: null, cliPath });
  const connection = await Connection.connect({ address: server.address });
  try {
    return await work(connection, server);
  } finally {
    await connection.close();
    await server.stop();
  }
}

async function attributesOf({ operatorService }: Connection): Promise<Record<string, number>> {
  const { customAttributes } = await operatorService.listSearchAttributes(NAMESPACE);
  return { ...customAttributes };
}

test('search attributes of another type, and those that it lacks, are made what they should be', async () => {
  const wanted = {
    HeliographAccountId: KEYWORD_LIST,
    HeliographCampaignId: KEYWORD,
    HeliographGatewayId: KEYWORD,
    HeliographState: KEYWORD,
  };
  await withServer(async (connection) => {
    expect(await attributesOf(connection)).toEqual(wanted);
    const { operatorService } = connection;
    const searchAttributes = ['HeliographAccountId', 'HeliographGatewayId'];
    await operatorService.removeSearchAttributes({ ...NAMESPACE, searchAttributes });
    await operatorService.addSearchAttributes({ ...NAMESPACE, searchAttributes: { HeliographAccountId: KEYWORD } });
  });
  await withServer(async (connection) => expect(await attributesOf(connection)).toEqual(wanted));
});
