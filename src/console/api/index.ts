/** Everything that pages ask of the server. */
export { addressOf, api, checkServer, follow, offline, send, type Problem, type Result } from './client';
export { openLive, type Live, type LiveState } from './live';
export { loadSession, may, session, signedOutBecause, signIn, signOut, watchSession, type Session } from './session';
export type {
  AnswerOf,
  BodyOf,
  Finding,
  FoundItem,
  IngressRequest,
  LatestRequest,
  OptionsOf,
  OperationOf,
  Overview,
  OverviewLedger,
  Schemas,
  Searched,
  Subject,
  WebhookHealth,
  WhyAnswer,
} from './types';
