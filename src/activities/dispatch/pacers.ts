/** The pacers of one leg: one for all messages, and one for each sender ID that has a rate of its own. */
import type { ClaimedMessage } from '../../store/dispatch/claim';
import type { DispatchGateway } from './gateways';
import { createPacer, type LiveRate, type Pacer } from './pacer';
import type { DispatchRun } from './run';

/** Messages of one request. */
export interface PacedPart {
  pacer: Pacer;
  messages: ClaimedMessage[];
  /** How many of the block this pacer still has to let go, these among them. */
  soon: number;
}

export interface Pacers {
  /** The most that a block should claim. */
  readonly leaseSize: number;
  /** How long to stay away, in milliseconds, because a turn was too far away; 0 = none was. */
  readonly awayMs: number;
  /** Messages that leave together: at most a request's worth, all paced by the same pacer. */
  parts(block: readonly ClaimedMessage[]): PacedPart[];
}

export function createPacers(run: DispatchRun, gateway: DispatchGateway): Pacers {
  const { senderRates } = run.route.rules;
  const { targetRate, urgent, stopping } = run;
  const make = (limits: LiveRate[]): Pacer =>
    createPacer({ pool: run.database.pool, limits, targetRate, urgent, hold: gateway.hold, stopping });

  const plain = make([gateway.rate]);
  const size = Math.min(
    gateway.batchSize,
    Math.max(1, Math.floor(targetRate?.perSecond() ?? Number.POSITIVE_INFINITY)),
  );
  const bySender = new Map<string | null, Pacer>();
  for (const [sender, perSecond] of senderRates) {
    const key = `${gateway.row.account_id}/${sender}`;
    bySender.set(sender, make([gateway.rate, { key, perSecond: () => perSecond }]));
  }
  return {
    get awayMs() {
      return plain.awayMs;
    },
    leaseSize: Math.min(plain.leaseSize, ...[...bySender.values()].map((pacer) => pacer.leaseSize)),
    parts(block) {
      const groups = new Map<Pacer, ClaimedMessage[]>();
      for (const message of block) {
        const pacer = bySender.get(message.sender) ?? plain;
        const group = groups.get(pacer);
        if (group === undefined) groups.set(pacer, [message]);
        else group.push(message);
      }
      return [...groups].flatMap(([pacer, messages]) => {
        const perRequest = pacer === plain ? size : Math.min(size, pacer.leaseSize);
        return split(messages, perRequest).map((part, i) => ({
          pacer,
          messages: part,
          soon: messages.length - i * perRequest,
        }));
      });
    },
  };
}

function split<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size));
}
