/** `/callbacks/{token}`, any method: what providers report. */
import type { Request, Response, Router } from 'express';
import { queryOf } from '../../http/body';
import type { ApiDeps } from '../../deps';

export function callbackRoutes(router: Router, deps: ApiDeps): void {
  router.all('/callbacks/:token', async (request: Request<{ token: string }>, response: Response) => {
    const body: unknown = request.body;
    const answer = await deps.inbox.receive(request.params.token, {
      method: request.method,
      url: request.originalUrl,
      headers: request.headers,
      query: queryOf(request),
      body: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
    });
    if (answer.status === 200)
      response.json(answer.outcome === 'challenge' ? answer.answer : { status: answer.outcome });
    else response.status(answer.status).json({ status: 'refused', reason: answer.reason });
  });
}
