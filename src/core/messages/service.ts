/** What a message is for, as its `service` says it. */

/** `T` transactional, `P` promotional, `S` service. */
export type ServiceClass = 'T' | 'P' | 'S';

/** Every word but the first two is service. */
export const serviceClassOf = (service: string): ServiceClass => (service === 'T' || service === 'P' ? service : 'S');
