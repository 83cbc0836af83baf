/** The baseline of the ingress and receipt figures: Express parses a body and answers, and does nothing else. */
import type { AddressInfo } from 'node:net';
import express from 'express';

const app = express();
app.disable('x-powered-by');
app.use(express.json({ limit: '4mb' }), express.urlencoded({ extended: false, limit: '4mb' }));
app.post('/parse', (request, response) => {
  response.json({ status: 200, fields: Object.keys(request.body as object).length });
});
const server = app.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on('disconnect', () => process.exit(0));
