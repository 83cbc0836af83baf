/** Prometheus metrics of the api process, on a port of their own. Labels never carry a number, an id or a text. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { FailureReason } from './failures';
import type { GatewayStates } from '../../store/gateways/health';
import { ALERT_KINDS, type AlertKind } from '../../store/webhooks/alerts';
import type { WaitingCallbacks, WebhookStates } from '../../store/webhooks/health';
import { routeOf } from './route';

export interface Metrics {
  /** Counts a request by route, method and status, with its duration, once it is answered. */
  watch(request: IncomingMessage, response: ServerResponse): void;
  /** Messages by what ingress made of them. */
  messages(outcome: 'accepted' | 'duplicate' | 'rejected', count: number): void;
  /** A request had no valid key. */
  authFailure(reason: FailureReason): void;
  /** Serves `/metrics`; the caller listens and closes. */
  server: Server;
}

const SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 15];

/** Asked at each scrape. */
export interface Gauged {
  gateways(): Promise<GatewayStates[]>;
  webhooks(): Promise<WebhookStates[]>;
  callbacks(): Promise<WaitingCallbacks[]>;
  alerts(): Promise<{ kind: AlertKind; count: number }[]>;
}

export function createMetrics(gauged: Gauged): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const duration = new Histogram({
    name: 'heliograph_http_request_seconds',
    help: 'Requests by route, method and status: how long they took.',
    labelNames: ['route', 'method', 'status'],
    buckets: SECONDS,
    registers: [registry],
  });
  const messages = new Counter({
    name: 'heliograph_ingress_messages_total',
    help: 'Messages by outcome of their request: accepted, duplicate, rejected.',
    labelNames: ['outcome'],
    registers: [registry],
  });
  const authFailures = new Counter({
    name: 'heliograph_auth_failures_total',
    help: 'Requests without a valid key by reason: no-key, malformed, unknown-key, wrong-secret, ended.',
    labelNames: ['reason'],
    registers: [registry],
  });
  gauge(registry, gauged);
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    void registry.metrics().then((text) => {
      response.writeHead(200, { 'content-type': registry.contentType }).end(text);
    });
  });
  return {
    watch(request, response) {
      const startedAtMs = performance.now();
      response.once('finish', () => {
        const route = routeOf(request);
        const seconds = (performance.now() - startedAtMs) / 1_000;
        duration.observe({ route, method: request.method, status: response.statusCode }, seconds);
      });
    },
    messages: (outcome, count) => {
      if (count > 0) messages.inc({ outcome }, count);
    },
    authFailure: (reason) => authFailures.inc({ reason }),
    server,
  };
}

function gauge(registry: Registry, gauged: Gauged): void {
  const registers = [registry];
  const gateways = new Gauge({
    name: 'heliograph_gateways',
    help: 'Active gateways by provider and state: up, degraded, down.',
    labelNames: ['provider', 'state'],
    registers,
    async collect() {
      const states = await gauged.gateways().catch(() => []);
      gateways.reset();
      for (const { provider, state, count } of states) gateways.set({ provider, state }, count);
    },
  });
  const webhooks = new Gauge({
    name: 'heliograph_webhooks',
    help: 'Webhooks by kind and state: ok, failing, paused, idle.',
    labelNames: ['kind', 'state'],
    registers,
    async collect() {
      const states = await gauged.webhooks().catch(() => []);
      webhooks.reset();
      for (const { kind, health, count } of states) webhooks.set({ kind, state: health }, count);
    },
  });
  const alerts = new Gauge({
    name: 'heliograph_alerts_open',
    help: 'Alerts that are open, by kind.',
    labelNames: ['kind'],
    registers,
    async collect() {
      const counts = await gauged.alerts().catch(() => []);
      for (const kind of ALERT_KINDS) alerts.set({ kind }, counts.find((one) => one.kind === kind)?.count ?? 0);
    },
  });
  const oldest = new Gauge({
    name: 'heliograph_callbacks_oldest_due_seconds',
    help: 'For how long the callback that is due longest has been due, by kind of webhook.',
    labelNames: ['kind'],
    registers,
  });
  const waiting = new Gauge({
    name: 'heliograph_callbacks_waiting',
    help: 'Callbacks that wait to be told, by kind of webhook.',
    labelNames: ['kind'],
    registers,
    async collect() {
      const counts = await gauged.callbacks().catch(() => []);
      for (const each of [waiting, oldest]) each.reset();
      for (const kind of ['clevertap', 'standard']) {
        const found = counts.find((one) => one.kind === kind);
        waiting.set({ kind }, found?.waiting ?? 0);
        oldest.set({ kind }, found?.oldestSeconds ?? 0);
      }
    },
  });
}
