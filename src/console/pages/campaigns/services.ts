/** Kinds of message, as Indian operators tell them apart. */
const KINDS = [
  ['T', 'Transactional', 'what the person waits for'],
  ['S', 'Service', 'about what they have with you'],
  ['P', 'Promotional', 'what you want to sell'],
] as const;

/** To choose from: the code, and what it means. */
export const SERVICES: readonly (readonly [string, string])[] = [
  ['', 'The account’s own'],
  ...KINDS.map(([code, name, means]) => [code, `${name}: ${means}`] as const),
];

/** `Transactional`; a code of one’s own as it is. */
export const serviceName = (service: string): string => KINDS.find(([code]) => code === service)?.[1] ?? service;
