/** Callbacks as a gateway's provider makes them: to its URL, with the secret that its making told. */

/** A gateway as it was answered when it was made. */
export interface MadeGateway {
  id: string;
  callbackUrl: string;
  callbackAuth: { basic?: { username: string; password: string }; bearer?: string } | null;
}

/** What the provider of a gateway would send as Authorization; empty when it was told nothing. */
export function proofOf({ callbackAuth: auth }: Pick<MadeGateway, 'callbackAuth'>): Record<string, string> {
  if (auth === null) return {};
  if (auth.bearer !== undefined) return { authorization: `Bearer ${auth.bearer}` };
  const { username, password } = auth.basic!;
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
}

/** What a person enters in the vendor's portal, as the simulator's script has it. */
export const portalOf = ({ callbackUrl: url, callbackAuth: auth }: MadeGateway): object =>
  auth === null ? { url } : { url, auth };

/** What Infobip posts once a message is delivered. @param wireId our id of its attempt, by which Infobip calls it. */
export const deliveredReport = (wireId: string): object => ({
  results: [{ messageId: wireId, status: { groupId: 3, groupName: 'DELIVERED', id: 5, name: 'DELIVERED_TO_HANDSET' } }],
});

const proofs = new Map<string, Record<string, string>>();

/** Notes the proof of a gateway's callbacks for {@link proofFor}. */
export function noteGateway(made: MadeGateway): void {
  proofs.set(new URL(made.callbackUrl).pathname, proofOf(made));
}

/** The proof for callbacks to this URL or path of a gateway that was noted; empty for others. */
export const proofFor = (url: string): Record<string, string> =>
  proofs.get(new URL(url, 'http://gateway').pathname) ?? {};
