/**
 * How a provider's callback showed that it comes from the provider: signed with the login, by the gateway's callback
 * secret, or by the address it came from. A callback without any of them has the unguessable path alone, which is in the
 * vendor's portal and in the logs of whatever it passes: its reports count, and its STOP does, but nothing that frees a
 * person's number for sending again.
 */
export type CallbackProof = 'signature' | 'secret' | 'address';
