/** How outgoing requests name this program (RFC 9110, 10.1.5): vendors' support finds them by it. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

const { version } = JSON.parse(readFileSync(path.resolve(__dirname, '../../package.json'), 'utf8')) as {
  version: string;
};

export const USER_AGENT = `heliograph/${version}`;
