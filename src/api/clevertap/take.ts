/** From a request to its answer, whatever the contract. */
import type { Shape } from '../../core/messages/send-id';
import { reply, type Call } from '../endpoint';
import type { SaidRecord } from '../ingress/request-log';
import { acceptRecords, type Acceptance } from './accept';
import type { Field, NamedValues } from './fields';
import { factsOf, openedBody } from './request';

/** How a contract writes records, and how it answers them. */
export interface Contract {
  shape: Shape;
  /** @throws AppError when the body has no records, or too many. */
  read(body: unknown): NamedValues[];
  answer(acceptance: Acceptance, records: readonly NamedValues[]): { status: number; body: object };
}

/** Takes the records of a request; those that are refused can be found again for some days. */
export const taking =
  ({ shape, read, answer }: Contract) =>
  async (call: Call): Promise<object> => {
    const { deps, actor, request } = call;
    const records = read(await openedBody(call));
    deps.requests.carries(request, records.length, (index) => toSaid(records[index]!));
    const acceptance = await acceptRecords(deps, actor, records, { ...factsOf(request), shape });
    deps.requests.judged(request, acceptance.accepted.length, acceptance.rejected);
    const { status, body } = answer(acceptance, records);
    return reply(status, body);
  };

/** A record, as it can be found again when it is refused. */
export function toSaid({ values, names, extra }: NamedValues): SaidRecord {
  const said: Record<string, unknown> = {};
  for (const field in values) said[names[field as Field] ?? field] = values[field as Field];
  const { to, meta, templateId, sensitive } = values;
  return { to, meta, templateId, sensitive, said: extra === undefined ? said : { ...said, ...extra } };
}
