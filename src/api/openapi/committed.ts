/** The document as it lies in `docs/openapi.json`, for an API on this machine. */
import type { Operation } from '../operation';
import { openApiDocument } from './document';
import { version } from '../http/version';

export const committedDocument = (operations: readonly Operation[]): string =>
  `${JSON.stringify(openApiDocument(operations, { version, serverUrl: 'http://127.0.0.1:8080' }), null, 2)}\n`;
