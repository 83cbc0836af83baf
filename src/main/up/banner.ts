import { LOOPBACK, type Config } from '../../config';
import { isKeyItself } from '../../core/accounts/admin-key';

/** What `npm start` prints when everything runs: where things and pages are, the key, and two commands that work as pasted. */
export function banner(config: Config, adminKey: string): string {
  // What a deployment prints is kept in a journal.
  const isShown = isKeyItself(adminKey) && !(config.production && config.adminKey !== undefined);
  const base = `http://${LOOPBACK}:${config.port}`;
  const links: [string, string][] = [
    ['Console', `${base}/console`],
    ['The first hour', `${base}/docs/first-hour`],
    ['API', `${base}/docs/api`],
    ['Health', `${base}/readyz`],
    ...(config.temporal.address === undefined
      ? ([['Temporal UI', `http://${LOOPBACK}:${config.temporal.uiPort}`]] as [string, string][])
      : []),
    ...(config.simulatorPort === undefined
      ? []
      : ([['Simulator', `http://${LOOPBACK}:${config.simulatorPort}`]] as [string, string][])),
    ['Data folder', config.dataDir],
    ['Admin key', isShown ? adminKey : 'the one of HELIOGRAPH_ADMIN_KEY'],
  ];
  const width = Math.max(...links.map(([name]) => name.length));
  const authorization = `-H 'Authorization: Bearer ${isShown ? adminKey : '<admin key>'}'`;
  return [
    '',
    'Heliograph is running. Ctrl-C stops it.',
    '',
    ...links.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`),
    '',
    'Send a message, then follow it:',
    '',
    `curl -s ${base}/api/v2/sms/clevertap/send ${authorization} -d sender=TXTSMS -d to=919800000001 -d message='Hello from Heliograph' -d service=T -d custom=demo-1`,
    `curl -s '${base}/api/v1/messages?meta=demo-1' ${authorization}`,
    '',
    '',
  ].join('\n');
}
