/**
 * `/console`: the web page, as scripts/console.mjs has built it. Each of its files has its hash in its name and is kept for
 * ever; the page that names them is asked for every time. Every address below /console that is no file is that page: what it
 * shows is decided there.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import express, { type Request, type RequestHandler, type Response } from 'express';

/** The same from src and from dist. */
const FOLDER = path.resolve(__dirname, '..', '..', '..', 'dist', 'console');

/** No script, style or picture of another origin, none in the page itself, and the page in no frame. */
export const CONSOLE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  // Logos of gateways are data URIs that the api has checked.
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const FOR_EVER = 'public, max-age=31536000, immutable';

const NOT_BUILT =
  '<!doctype html><meta charset="utf-8"><title>Heliograph</title><p>The console is not built: run <code>npm run build</code>.';

/** @param folder where the built console is. */
export function consoleFiles(folder: string = FOLDER): express.Router {
  const router = express.Router();
  router.get('/', (_request, response) => response.redirect(302, '/console'));
  router.use('/console', (_request, response, next) => {
    response.set({ 'Content-Security-Policy': CONSOLE_POLICY, 'X-Content-Type-Options': 'nosniff' });
    next();
  });
  router.use(
    '/console/assets',
    express.static(path.join(folder, 'assets'), {
      index: false,
      redirect: false,
      // Else the `no-store` of every answer would stay.
      setHeaders: (response) => response.setHeader('Cache-Control', FOR_EVER),
    }),
  );
  router.get('/console', page(folder));
  router.get('/console/*path', page(folder));
  return router;
}

/** A file that is not there is 404: an old page asks for what an update has taken away, and must not get HTML for it. */
function page(folder: string): RequestHandler {
  return async (request: Request, response: Response, next) => {
    if (request.path.startsWith('/console/assets/')) return next();
    const html = await readFile(path.join(folder, 'index.html'), 'utf8').catch(() => null);
    response
      .status(html === null ? 503 : 200)
      .set('Cache-Control', 'no-store')
      .type('html')
      .send(html ?? NOT_BUILT);
  };
}
