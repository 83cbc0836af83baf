/** Starts with search attributes, also where a namespace does not know them. */
import { isGrpcServiceError, type Client } from '@temporalio/client';
import type { SearchAttributePair } from '@temporalio/common';
import { SEARCH_ATTRIBUTES } from '../attributes';
import { temporalStatus } from './away';

/** After a refusal they are left out for so long: a start is worth more than to be found by its account. */
const LEFT_OUT_MS = 60_000;
/** `temporal.api.enums.v1.IndexedValueType` of the types that we use. */
export const INDEXED_VALUE_TYPES = { Keyword: 2, KeywordList: 7 } as const;

export interface SearchAttributes {
  /** What is wrong with the attributes of the namespace, each with the command that mends it. @throws when it can't be asked. */
  searchAttributeProblems(): Promise<string[]>;
  /** Starts something with attributes; without, where Temporal refuses them. */
  withAttributes<T>(
    attributes: SearchAttributePair[],
    start: (options: { typedSearchAttributes?: SearchAttributePair[] }) => Promise<T>,
  ): Promise<T>;
}

/** @param onRefused Temporal refused the attributes of a start, and starts go on without them for a minute. */
export function createSearchAttributes(client: Client, onRefused: (error: unknown) => void): SearchAttributes {
  let leftOutUntilMs = 0;
  return {
    async searchAttributeProblems() {
      const { namespace } = client.options;
      const { customAttributes } = await client.connection.operatorService.listSearchAttributes({ namespace });
      return Object.entries(SEARCH_ATTRIBUTES).flatMap(([name, type]) => {
        const found = customAttributes?.[name];
        const command = `temporal operator search-attribute create --namespace ${namespace} --name ${name} --type ${type}`;
        if (found == null) return `${name} is missing: ${command}`;
        if (found === (INDEXED_VALUE_TYPES[type] as typeof found)) return [];
        return `${name} is not of type ${type}: remove it (temporal operator search-attribute remove), then ${command}`;
      });
    },

    async withAttributes(attributes, start) {
      if (attributes.length === 0 || Date.now() < leftOutUntilMs) return start({});
      try {
        return await start({ typedSearchAttributes: attributes });
      } catch (error) {
        if (!isRefused(error)) throw error;
        leftOutUntilMs = Date.now() + LEFT_OUT_MS;
        onRefused(error);
        return start({});
      }
    },
  };
}

/** Temporal has no code for it: only its words tell an attribute that it does not know from another bad request. */
function isRefused(error: unknown): boolean {
  if (temporalStatus(error) !== 'INVALID_ARGUMENT') return false;
  const { cause } = error as { cause?: unknown };
  return isGrpcServiceError(cause) && /search attribute/i.test(cause.details);
}
