/** How payloads and failures go to Temporal, the same for clients and workers. */
import path from 'node:path';
import type { DataConverter, PayloadCodec } from '@temporalio/common';

/** A module for Temporal's SDK, which loads it by itself: workflows have it in their bundle. */
const FAILURE_CONVERTER = path.join(__dirname, '../workflows/failure-converter');

export function createDataConverter(codec: PayloadCodec): DataConverter {
  return { failureConverterPath: require.resolve(FAILURE_CONVERTER), payloadCodecs: [codec] };
}
