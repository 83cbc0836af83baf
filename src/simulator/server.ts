/**
 * The simulator: vendors, CleverTap's callback endpoint and their control over one HTTP port. Plain node:http, because
 * it must answer faster than anything that is measured against it.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { answerCallback } from './clevertap';
import { clickatell } from './clickatell';
import { clickatellLegacy } from './clickatell-legacy';
import { answerControl } from './control';
import { sendInbound } from './inbound';
import { BodyError, readBody, send, sendJson } from './http';
import { infobip } from './infobip';
import { mobtexting } from './mobtexting';
import { pingbix } from './pingbix';
import type { Protocol, VendorRequest } from './protocol';
import { Routes } from './route';
import { Timers } from './timers';
import { timesMobile } from './times-mobile';
import { twilio } from './twilio';
import { answerLookup, answerSubmission } from './vendor';
import { World } from './world';

/** Every vendor that is spoken. */
export const PROTOCOLS: readonly Protocol[] = [
  infobip,
  twilio,
  clickatell,
  clickatellLegacy,
  timesMobile,
  mobtexting,
  pingbix,
];
const ROUTES = new Routes(PROTOCOLS);

/** Longer than clients keep idle connections, so that it is never the server that closes one under a request. */
const KEEP_ALIVE_MS = 75_000;
const SINK = '/sink';

export interface SimulatorOptions {
  /** 0 = any free one. */
  port: number;
  host?: string;
  log?: Logger;
}

export interface Simulator {
  /** `http://host:port`, no trailing slash. */
  url: string;
  port: number;
  /** Ends the server, every connection and every receipt under way. */
  stop(): Promise<void>;
}

class Server {
  private world: World;
  private readonly timers = new Timers();
  readonly http = http.createServer({ keepAliveTimeout: KEEP_ALIVE_MS, noDelay: true }, (request, response) => {
    this.answer(request, response).catch((error: unknown) => {
      // Its sender has gone away: nobody is left to be answered.
      if (error instanceof BodyError) return request.destroy();
      this.log?.error({ err: error }, 'simulator failed');
      if (!response.headersSent) sendJson(response, 500, { error: 'simulator-failed' });
    });
  });

  constructor(private readonly log?: Logger) {
    this.world = new World(log);
  }

  async stop(): Promise<void> {
    this.timers.stop();
    const closed = new Promise((resolve) => this.http.close(resolve));
    this.http.closeAllConnections();
    await Promise.all([closed, this.world.stop()]);
  }

  private async answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = incoming.url ?? '/';
    const mark = url.indexOf('?');
    const path = mark < 0 ? url : url.slice(0, mark);
    const body = await readBody(incoming);
    if (path === SINK || path.startsWith(`${SINK}/`)) return send(response, this.world.sink.answer(body));
    const request: VendorRequest = {
      method: incoming.method ?? 'GET',
      path,
      headers: incoming.headers,
      query: new URLSearchParams(mark < 0 ? '' : url.slice(mark)),
      body,
    };
    if (path === '/clevertap/callback') return answerCallback(this.world, request, response, this.timers);
    if (path === '/control/reset' && request.method === 'POST')
      return this.reset(response, request.query.get('account'));
    if (path === '/control/inbound' && request.method === 'POST')
      return send(response, await sendInbound(this.world, request));
    if (path.startsWith('/control/')) return send(response, answerControl(this.world, path, request));
    const route = ROUTES.find(request.method, path);
    if (route === undefined)
      return sendJson(response, 404, { error: 'not-found', remedy: 'docs/simulator.md lists all paths' });
    const { protocol } = route;
    if (route.account === undefined) return send(response, protocol.notFound());
    request.path = route.path;
    const account = this.world.account(route.account);
    if (route.isLookup) return answerLookup(this.world, protocol.lookup!, account, request, response);
    return answerSubmission(this.world, protocol, account, request, response, this.timers);
  }

  /** @param account of a vendor or of CleverTap; null = all of them, and the common script. */
  private async reset(response: ServerResponse, account: string | null): Promise<void> {
    if (account === null) {
      const old = this.world;
      this.world = new World(this.log);
      await old.stop();
    } else {
      await this.world.forget(account);
    }
    sendJson(response, 200, { reset: true });
  }
}

/**
 * Starts a simulator.
 * @throws the socket's error, for example EADDRINUSE.
 */
export async function startSimulator({ port, host = '127.0.0.1', log }: SimulatorOptions): Promise<Simulator> {
  const server = new Server(log);
  await new Promise<void>((resolve, reject) => {
    server.http.once('error', reject);
    server.http.listen(port, host, () => {
      server.http.off('error', reject);
      resolve();
    });
  });
  const actual = (server.http.address() as AddressInfo).port;
  const url = `http://${host}:${actual}`;
  log?.info({ url }, 'simulator listens');
  return { url, port: actual, stop: () => server.stop() };
}
