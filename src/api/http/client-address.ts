/** Who is at the other end of a request. */
import type { Request } from 'express';
import { plainAddress } from '../../receipts/address-list';

/**
 * The IP address of the client: that of the socket, unless the application trusts the proxy there (Express's "trust proxy"):
 * then what that says in X-Forwarded-For. IPv4 is written as IPv4. Empty when the client is gone.
 */
export const clientAddress = (request: Pick<Request, 'ip'>): string => plainAddress(request.ip ?? '');
