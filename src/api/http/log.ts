/** What the api logs through; a pino logger fits. */
export interface Log {
  info(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
