/** What the demo sends, and how the simulated provider is told to behave. Pure. */

/** The only sender ID that the script refuses; the gateway's fallback sender ID is never refused. */
export const DEMO_SENDER = 'DEMOCT';
/** CleverTap account at the simulator to which the demo's outcomes go. */
export const CLEVERTAP_ACCOUNT = 'DEMO';
export const RECIPIENTS = 1_000;
export const SCHEDULE_AHEAD_MS = 5_000;
/** Good rows of the uploaded list; it has one more that comes twice and one that is no number. */
export const LISTED = 2_000;

/** Fixed dice: every run refuses the same numbers, so its ledger can be compared with the one before. */
export const DEMO_SCRIPT = {
  seed: 'heliograph-demo',
  latencyMs: { min: 5, max: 40 },
  senderRefusedFor: [DEMO_SENDER],
  senderRefusedShare: 0.05,
  badNumberShare: 0.05,
  receipts: {
    delayMs: { min: 50, max: 1_500 },
    late: { share: 0.1, delayMs: { min: 2_000, max: 4_000 } },
    twice: 0.1,
    early: 0.05,
    intermediate: 0.1,
    reordered: 0.05,
  },
};

/** DLT ids have 19 digits: as JSON numbers they would lose the last ones. */
const TEMPLATE_ID = '1107160016156755389';
const ENTITY_ID = '1701158123540939524';

/** One request to the api. */
export interface DemoRequest {
  label: string;
  path: string;
  /** A string is sent as a form, anything else as JSON. */
  body: string | object;
  /** Number of messages that it asks for. */
  messages: number;
}

/** A list to upload, and what is sent to it. */
export interface DemoList {
  csv: string;
  /** Metas of the good rows. */
  metas: ReadonlySet<string>;
  name: string;
  message: string;
  sender: string;
}

export interface DemoTraffic {
  madeAt: Date;
  list: DemoList;
  requests: DemoRequest[];
  /** The scheduled send, which is the last of the requests: its number (digits) and time. */
  scheduled: { to: string; dueAt: Date };
}

/**
 * The requests of one run, to be sent at once. Metas carry the run's second, as CleverTap's carry the campaign's: the same
 * meta, number and text within 24 hours would be answered as a duplicate.
 */
export function demoTraffic(now: Date): DemoTraffic {
  const meta = (digits: string): string => {
    const epochSeconds = Math.floor(now.getTime() / 1_000);
    const day = now.toISOString().slice(0, 10).replaceAll('-', '');
    return `${digits}.1200000000.${epochSeconds}.${day}.0.wzrk_default.-1.`;
  };
  const dueAt = new Date(now.getTime() + SCHEDULE_AHEAD_MS);
  const scheduledTo = '919800000001';
  return {
    madeAt: now,
    list: demoList(meta),
    requests: [
      {
        label: "CleverTap's documented batch",
        path: '/clevertap/v1/messages',
        messages: 2,
        body: documentedBatch(meta),
      },
      {
        label: 'a batch of generated recipients',
        path: '/clevertap/v1/messages',
        messages: RECIPIENTS,
        body: generatedBatch(meta),
      },
      {
        label: `one send, due in ${SCHEDULE_AHEAD_MS / 1_000} s`,
        path: '/api/v2/sms/clevertap/send',
        messages: 1,
        body: new URLSearchParams({
          sender: DEMO_SENDER,
          to: scheduledTo,
          message: 'Your table is booked for tonight, 8 pm.',
          service: 'T',
          template_id: TEMPLATE_ID,
          custom: meta(scheduledTo),
          time: dueAt.toISOString(),
        }).toString(),
      },
    ],
    scheduled: { to: scheduledTo, dueAt },
  };
}

function demoList(meta: (digits: string) => string): DemoList {
  const rows = Array.from({ length: LISTED }, (_, i) => {
    const digits = `99999${String(10_000 + i)}`;
    return { to: `+91${digits}`, name: i % 3 === 0 ? '' : `Customer ${i}`, custom: meta(digits) };
  });
  const lines = [...rows, rows[0]!, { to: 'unknown', name: '', custom: '' }].map(
    ({ to, name, custom }) => `${to},${name},${custom}`,
  );
  return {
    csv: `phone,name,custom\n${lines.join('\n')}\n`,
    metas: new Set(rows.map(({ custom }) => custom)),
    name: 'Demo',
    message: 'Hello {name|there}, the sale is on until Sunday.',
    sender: DEMO_SENDER,
  };
}

/** The filled batch of CleverTap's documentation ("Generic SMS"): the array stands before the global key. */
function documentedBatch(meta: (digits: string) => string): object {
  const record = (digits: string) => ({
    tid: TEMPLATE_ID,
    mid: meta(digits),
    to: `+91${digits}`,
    body: 'Hi User test notification body message',
  });
  return { msgs: [record('9999999999'), record('8888888888')], hid: 'CTTEST' };
}

/** Field names of a partner's guide (CleverTap docs, OneXtel SMS). */
function generatedBatch(meta: (digits: string) => string): object {
  const listsms = Array.from({ length: RECIPIENTS }, (_, i) => {
    const digits = `99999${String(i).padStart(5, '0')}`;
    return {
      from: DEMO_SENDER,
      to: `+91${digits}`,
      body: `Hello customer ${i}, your order has left our warehouse.`,
      templateid: TEMPLATE_ID,
      clientsmsid: meta(digits),
    };
  });
  return { listsms, entityid: ENTITY_ID };
}
