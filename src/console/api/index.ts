/** Everything that pages ask of the server. */
export { addressOf, api, follow, offline, send, type Problem, type Result } from './client';
export type { FoundItem, Overview, OverviewLedger, Searched, Subject, WhyAnswer } from './coming';
export type { Finding, IngressRequest, LatestRequest, WebhookHealth } from './coming-set-up';
export { openLive, type Live, type LiveState } from './live';
export { loadSession, may, session, signedOutBecause, signIn, signOut, watchSession, type Session } from './session';
export type { AnswerOf, Schemas } from './types';
