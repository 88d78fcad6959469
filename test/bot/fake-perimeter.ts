import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  API_VERSION_HEADER,
  decisionSchema,
  registerGrantSchema,
  SEEN_HEAD_HEADER,
  SEEN_SEQ_HEADER,
  type GrantDecision,
  type LedgerHead,
  type PerimeterEvent,
  type RegisterGrant,
  type WaitsFor,
} from '../../src/access/core/perimeter-api.ts';

type WithoutPlace<T> = T extends PerimeterEvent ? Omit<T, 'seq' | 'head' | 'at' | 'requestId'> : never;
export type Said = WithoutPlace<PerimeterEvent>;

/** A perimeter over real HTTP that believes everything, gives at once, and can be told to lie. */
export interface FakePerimeter {
  readonly url: string;
  readonly registered: readonly RegisterGrant[];
  readonly decisions: readonly (GrantDecision & { readonly requestId: string })[];
  readonly ends: readonly { readonly requestId: string; readonly reason: string | null }[];
  readonly authorizations: readonly (string | undefined)[];
  /** What each call said it had seen of the ledger. */
  readonly seen: readonly (LedgerHead | undefined)[];
  readonly ledger: LedgerHead;
  /** `waitSeconds` of each poll. */
  readonly waits: readonly number[];
  /** Adds a fact to the feed. */
  say(requestId: string, fact: Said, at?: string): void;
  /** Answers the next calls to this path with a problem, `times` times. */
  fail(path: 'register' | 'decide' | 'end' | 'events', status: number, code: string, times?: number): void;
  /** Gives by itself after an approval (default), or waits for `say`. */
  givesByItself: boolean;
  /** What requests wait for from now on. */
  waitsFor: WaitsFor;
  /** False: an end is taken note of, and nothing more is heard of it. */
  endsByItself: boolean;
  /** Forgets the newest `lines` of its history. */
  rollBack(lines: number): void;
  /** Serves the newest facts again although they were asked for already. */
  repeats: boolean;
  close(): Promise<void>;
}

export async function fakePerimeter(now: () => number, port = 0): Promise<FakePerimeter> {
  const facts: PerimeterEvent[] = [];
  const grants = new Map<string, { grant: RegisterGrant | undefined; state: string }>();
  const registered: RegisterGrant[] = [];
  const decisions: (GrantDecision & { readonly requestId: string })[] = [];
  const ends: { readonly requestId: string; readonly reason: string | null }[] = [];
  const authorizations: (string | undefined)[] = [];
  const seen: (LedgerHead | undefined)[] = [];
  const waits: number[] = [];
  const failures = new Map<string, { status: number; code: string; times: number }>();
  const waiting = new Set<() => void>();
  let epoch = 0;
  const headOf = (seq: number) => createHash('sha256').update(`${epoch}/${seq}`).digest('hex');
  const ledger = () => ({ seq: facts.length, head: headOf(facts.length) });

  const world: FakePerimeter = {
    url: '',
    registered,
    decisions,
    ends,
    authorizations,
    seen,
    get ledger() {
      return ledger();
    },
    waits,
    givesByItself: true,
    endsByItself: true,
    waitsFor: { assurance: 'chat', approvalsNeeded: 1, requesterSigns: false },
    repeats: false,
    say(requestId, fact, at = new Date(now()).toISOString()) {
      const seq = facts.length + 1;
      facts.push({ ...fact, seq, head: headOf(seq), requestId, at });
      const grant = grants.get(requestId);
      if (grant) grant.state = fact.type;
      for (const wake of waiting) wake();
    },
    fail: (path, status, code, times = 1) => void failures.set(path, { status, code, times }),
    rollBack(lines) {
      facts.length = Math.max(0, facts.length - lines);
      for (const wake of waiting) wake();
    },
    close: () =>
      new Promise((resolve) => {
        for (const wake of waiting) wake();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };

  function register(grant: RegisterGrant): unknown {
    const known = grants.get(grant.requestId);
    if (!known) {
      grants.set(grant.requestId, { grant, state: 'registered' });
      registered.push(grant);
      world.say(grant.requestId, { type: 'registered', waitsFor: world.waitsFor });
    }
    return stateOf(grant.requestId);
  }

  function decide(requestId: string, decision: GrantDecision): unknown {
    const known = grants.get(requestId);
    if (!known) return undefined;
    if (decisions.some(({ decisionId }) => decisionId === decision.decisionId)) return stateOf(requestId);
    decisions.push({ ...decision, requestId });
    if (decision.decision === 'deny' && world.endsByItself) world.say(requestId, { type: 'ended', how: 'denied' });
    else if (decision.decision === 'approve' && world.givesByItself) {
      world.say(requestId, { type: 'giving' });
      const endsAt = new Date(now() + (known.grant?.durationMinutes ?? 0) * 60_000).toISOString();
      world.say(requestId, { type: 'given', endsAt, nativeEnd: true });
    }
    return stateOf(requestId);
  }

  function end(requestId: string, reason: string | null): unknown {
    ends.push({ requestId, reason });
    const before = grants.get(requestId)?.state;
    if (before === 'ended' || !world.endsByItself) return stateOf(requestId);
    grants.set(requestId, { grant: grants.get(requestId)?.grant, state: 'ended' });
    const how = reason === 'withdraw' ? 'withdrawn' : reason === 'release' ? 'released' : 'lapsed';
    world.say(requestId, { type: 'ended', how, ...(before === 'given' ? { confirmedAt: new Date(now()).toISOString() } : {}) });
    return stateOf(requestId);
  }

  const stateOf = (requestId: string) => ({
    requestId,
    state: grants.get(requestId)?.state ?? '',
    waitsFor: world.waitsFor,
    ledger: ledger(),
  });

  async function events(url: URL): Promise<unknown> {
    const after = world.repeats ? 0 : Number(url.searchParams.get('after'));
    waits.push(Number(url.searchParams.get('waitSeconds')));
    if (facts.length <= after && !world.repeats && Number(url.searchParams.get('waitSeconds')) > 0)
      await new Promise<void>((resolve) => {
        const done = () => {
          clearTimeout(timer);
          waiting.delete(done);
          resolve();
        };
        const timer = setTimeout(done, 2_000);
        waiting.add(done);
      });
    return { events: facts.filter(({ seq }) => seq > after), ledger: ledger() };
  }

  const answer = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const url = new URL(req.url ?? '/', 'http://perimeter');
    const text = await bodyOf(req);
    authorizations.push(req.headers.authorization);
    const [seq, head] = [req.headers[SEEN_SEQ_HEADER], req.headers[SEEN_HEAD_HEADER]];
    seen.push(typeof head === 'string' ? { seq: Number(seq), head } : undefined);
    const [, root, requestId = '', tail] = url.pathname.split('/');
    const path = root === 'events' ? 'events' : req.method === 'DELETE' ? 'end' : tail === 'decisions' ? 'decide' : 'register';
    const failure = failures.get(path);
    if (failure && failure.times > 0) {
      failure.times--;
      return send(res, failure.status, {
        type: 'about:blank',
        title: 'no',
        status: failure.status,
        code: failure.code,
        hint: 'Because.',
      });
    }
    if (req.headers[API_VERSION_HEADER] !== '1')
      return send(res, 400, { type: 'x', title: 'x', status: 400, code: 'api.version' });
    if (path === 'events') return send(res, 200, await events(url));
    if (path === 'end') return send(res, 202, end(requestId, url.searchParams.get('reason')));
    if (path === 'register') return send(res, 202, register(registerGrantSchema.parse(JSON.parse(text))));
    const state = decide(requestId, decisionSchema.parse(JSON.parse(text)));
    return state
      ? send(res, 202, state)
      : send(res, 404, { type: 'x', title: 'x', status: 404, code: 'grant.unknown', hint: 'Register first.' });
  };
  const server = createServer((req, res) => void answer(req, res));
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return Object.assign(world, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

function send(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { 'content-type': status < 400 ? 'application/json' : 'application/problem+json' });
  res.end(JSON.stringify(body));
}

async function bodyOf(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
