import { DefaultFailureConverter } from '@temporalio/common';

/** Messages and stacks of failures become payloads, and are encrypted as those are. Temporal's SDK takes it by its name. */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
