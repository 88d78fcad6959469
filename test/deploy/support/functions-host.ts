/**
 * Azure Functions as far as the perimeter sees it: `node functions-host.ts FOLDER` loads the app in FOLDER by package.json's `main`, serves
 * its HTTP triggers on a free loopback port, and runs its timers when it starts and on `POST /admin/functions/NAME`. Prints one JSON line
 * once it listens.
 */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { installWorker, type Registered, triggerOf } from './functions-worker.ts';
import { setCookieOf } from './rpc-cookie.ts';

const folder = process.argv[2] ?? '.';
const worker = installWorker();
const TIMER = { json: JSON.stringify({ Schedule: { AdjustForDST: true }, ScheduleStatus: null, IsPastDue: false }) };
const complain = (error: unknown) => void process.stderr.write(`${String(error)}\n`);

/** By the triggers' routes, the more particular first, as ASP.NET orders them. */
function routed(method: string, path: string): Registered | undefined {
  return [...worker.functions.values()]
    .map((registered) => ({ registered, ...triggerOf(registered.metadata) }))
    .filter(({ type }) => type === 'httpTrigger')
    .toSorted((a, b) => (b.route ?? '').length - (a.route ?? '').length)
    .find(({ route = '', methods = [] }) => methods.includes(method) && `${path.slice(1)}/`.startsWith(route.replace(/\{.*/, '')))
    ?.registered;
}

async function rpcRequest(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, { value: String(value) }]));
  const url = `http://${request.headers.host}${request.url}`;
  return { http: { method: request.method, url, nullableHeaders: headers, body: { bytes: Buffer.concat(chunks) } } };
}

async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = new URL(request.url ?? '/', 'http://host').pathname;
  const admin = /^\/admin\/functions\/(\w+)$/.exec(path)?.[1];
  const one = admin === undefined ? routed(request.method ?? '', path) : worker.functions.get(admin);
  if (one === undefined) {
    response.writeHead(404).end();
    return;
  }
  const answer = await worker.invoke(one, admin === undefined ? await rpcRequest(request) : TIMER);
  if (answer === undefined) {
    response.writeHead(202).end();
    return;
  }
  for (const [name, value] of Object.entries(answer.headers)) response.setHeader(name, value);
  if (answer.cookies.length > 0) response.setHeader('set-cookie', answer.cookies.map(setCookieOf));
  response.writeHead(Number(answer.statusCode)).end(answer.body?.bytes ?? answer.body?.string);
}

const { main, type } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { main: string; type: string };
if (type !== 'module') throw new Error('the worker would load the entry point with require()');
await import(pathToFileURL(join(folder, main)).href).catch((error: unknown) => {
  // The worker goes on without functions, and says no more than this.
  complain(`Worker was unable to load entry point "${main}": ${error instanceof Error ? error.message : String(error)}`);
});
await worker.start();

const server = createServer((request, response) => {
  respond(request, response).catch((error: unknown) => {
    complain(error);
    response.writeHead(500).end(String(error));
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const registered = [...worker.functions.values()].map(({ metadata }) => ({ function: metadata.name, ...triggerOf(metadata) }));
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}`, model: worker.modelName(), registered })}\n`);
});
for (const one of worker.functions.values())
  if (triggerOf(one.metadata)?.runOnStartup === true) worker.invoke(one, TIMER).catch(complain);

process.once('SIGTERM', () => {
  void worker.terminate().then(() => process.exit(0));
});
