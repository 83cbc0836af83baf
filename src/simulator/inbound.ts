/** `POST /control/inbound`: makes a phone send a text to one of a vendor's accounts; it is posted on as that vendor does. */
import { z } from 'zod';
import { hexId } from './ids';
import type { Answer, VendorRequest } from './protocol';
import { json } from './wire';
import { LOOPBACK, isLoopback } from './script';
import type { World } from './world';

const inboundSchema = z.strictObject({
  /** An account that messages were submitted to. */
  account: z.string(),
  /** The phone: digits. */
  from: z.string().regex(/^\+?[1-9]\d{6,14}$/, 'give a number in international form'),
  /** The sender ID that the text answers; default that of the latest message to the phone. */
  to: z.string().optional(),
  text: z.string(),
  /** Default: where the latest message to the phone reports, without its query; else the script's `receipts.url`. */
  url: z.string().refine(isLoopback, LOOPBACK).optional(),
});

/** Answers 200 with the status that the receiver answered; the text is sent once. */
export async function sendInbound(world: World, request: VendorRequest): Promise<Answer> {
  const read = inboundSchema.safeParse(parsed(request.body));
  if (!read.success) {
    const problems = read.error.issues.map(({ path, message }) => ({ field: path.join('.'), remedy: message }));
    return json(400, { error: 'bad-inbound', problems });
  }
  const { text } = read.data;
  const from = read.data.from.replace('+', '');
  const account = world.accounts.get(read.data.account);
  if (account?.latest === undefined) return refused('no-such-account', 'submit a message to the account first');
  const { protocol, bulkId, secret } = account.latest;
  const { inbound } = protocol.receipts;
  if (inbound === undefined) return refused('no-inbound', `nothing is known of inbound texts of ${protocol.name}`);
  const [answered] = world.memory(account.name).find((submission) => submission.to.replace('+', '') === from);
  const url =
    read.data.url ?? answered?.submission.reportUrl?.replace(/[?#].*/, '') ?? account.behaviour.script.receipts.url;
  if (url === undefined) return refused('no-url', 'give a url');
  const to = read.data.to ?? answered?.submission.sender ?? '';
  const sent = { id: hexId(), from, to, text, at: Date.now(), secret, bulkId };
  const what = inbound(url, sent, account.behaviour.script.receipts);
  return json(200, { status: await account.courier.send(protocol, what) });
}

function refused(error: string, remedy: string): Answer {
  return json(400, { error, remedy });
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}
