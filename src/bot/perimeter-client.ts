import type { TokenCredential } from '@azure/identity';
import type { z } from 'zod';
import { API_VERSIONS, versionInCommon } from '../access/core/api-version.ts';
import { AppError } from '../access/core/app-error.ts';
import {
  API_VERSION_HEADER,
  eventsPageSchema,
  guardrailsSchema,
  grantStateSchema,
  problemSchema,
  SEEN_HEAD_HEADER,
  SEEN_SEQ_HEADER,
  type EndReason,
  type GrantDecision,
  type GrantState,
  type GuardrailsAnswer,
  type LedgerHead,
  type PerimeterEvent,
  type RegisterGrant,
} from '../access/core/perimeter-api.ts';
import { type Person, sameTenant } from '../access/core/person.ts';
import { identityErrorOf } from '../identity/identity-error.ts';
import type { LedgerWatch } from './ledger-watch.ts';

/**
 * The perimeter over HTTPS (design.md section 6). Repeating a call with the same ids is safe: the perimeter recognises them.
 * @throws {AppError} `perimeter.unavailable`, `perimeter.unauthenticated`, `perimeter.version` (retryable), `perimeter.rolled-back`,
 *   `perimeter.unintelligible`, `perimeter.other-tenant`, or `PerimeterRefusal` with the perimeter's own code
 */
export interface PerimeterClient {
  register(grant: RegisterGrant, signal: AbortSignal): Promise<GrantState>;
  decide(requestId: string, decision: GrantDecision, signal: AbortSignal): Promise<GrantState>;
  end(requestId: string, reason: EndReason, signal: AbortSignal): Promise<GrantState>;
  /** Events after `after`; with none yet, waits for some at most `waitSeconds`. An empty answer is normal. */
  events(
    after: number,
    waitSeconds: number,
    signal: AbortSignal,
  ): Promise<{ readonly events: readonly PerimeterEvent[]; readonly ledger: LedgerHead }>;
  /** What may be given, as far as the perimeter says; and whether it gives now. */
  guardrails(signal: AbortSignal): Promise<GuardrailsAnswer>;
}

/** A 4xx that will not change by trying again; `status` tells a conflict from a refusal. */
export class PerimeterRefusal extends AppError {
  readonly status: number;

  constructor(status: number, code: string, message: string, hint: string | undefined) {
    super(code, message, { retryable: false, ...(hint === undefined ? {} : { hint }) });
    this.status = status;
  }
}

/** Bot and perimeter are more than one version apart: tried again, since one of them is being upgraded. */
class OtherVersion extends AppError {
  readonly theirs: string | null;

  constructor(theirs: string | null, message: string, hint: string | undefined) {
    super('perimeter.version', message, {
      retryable: true,
      hint: hint ?? 'Bot and perimeter speak different versions: upgrade the older one.',
    });
    this.theirs = theirs;
  }
}

export interface PerimeterClientOptions {
  /** The one tenant it serves: nobody of another is ever told to it. */
  readonly tenantId: string;
  readonly url: string;
  /** Application ID URI of the perimeter's API. */
  readonly audience: string;
  readonly credential: TokenCredential;
  readonly watch: LedgerWatch;
  /** That are spoken here, newest first. */
  readonly versions?: readonly string[];
}

const CALL_TIMEOUT_MS = 10_000;
/** Longer than the perimeter ever holds a poll open. */
const POLL_TIMEOUT_MS = 40_000;

export function createPerimeterClient(options: PerimeterClientOptions): PerimeterClient {
  const { tenantId, url, audience, credential, watch, versions = API_VERSIONS } = options;
  const base = url.replace(/\/+$/, '');
  const scope = `${audience}/.default`;
  let version = versions[0] ?? '';

  /** While bot and perimeter are upgraded one after the other, a version that one of them no longer speaks may still be asked for. */
  async function call<S extends z.ZodType<{ ledger: LedgerHead }>>(
    ...asked: Parameters<typeof callOnce<S>>
  ): Promise<z.infer<S>> {
    const spoken = version;
    try {
      return await callOnce(...asked);
    } catch (error) {
      const common = error instanceof OtherVersion ? versionInCommon(error.theirs, spoken, versions) : undefined;
      if (common === undefined) throw error;
      version = common;
      return callOnce(...asked);
    }
  }

  async function callOnce<S extends z.ZodType<{ ledger: LedgerHead }>>(
    schema: S,
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    {
      body,
      signal,
      timeoutMs = CALL_TIMEOUT_MS,
    }: { readonly body?: unknown; readonly signal: AbortSignal; readonly timeoutMs?: number },
  ): Promise<z.infer<S>> {
    const known = watch.newest;
    const token = await tokenOf(credential, scope);
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const response = await fetch(`${base}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'application/json, application/problem+json',
        [API_VERSION_HEADER]: version,
        ...(known === undefined ? {} : { [SEEN_SEQ_HEADER]: String(known.seq), [SEEN_HEAD_HEADER]: known.head }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: 'error',
      signal: limit,
    }).catch((cause: unknown) => {
      throw unavailable(`${method} ${path}: no answer`, cause);
    });
    const answer = await response.json().catch((cause: unknown) => {
      if (response.ok) throw unavailable(`${method} ${path}: the answer broke off`, cause);
      return undefined;
    });
    if (!response.ok) throw refusalOf(response, answer, `${method} ${path}`);
    const parsed = schema.safeParse(answer);
    if (!parsed.success)
      throw new AppError(
        'perimeter.unintelligible',
        `${method} ${path}: ${parsed.error.issues[0]?.path.join('.') ?? ''} is not as agreed`,
        {
          hint: 'Bot and perimeter may be of different versions; install the same one.',
          retryable: true,
        },
      );
    await watch.note(parsed.data.ledger, known);
    return parsed.data;
  }

  const ours = (...people: readonly Person[]) => {
    if (people.some((person) => !sameTenant(person.tenantId, tenantId)))
      throw new AppError(
        'perimeter.other-tenant',
        `this is about people of another tenant than ${tenantId}: its perimeter is not told`,
      );
  };
  const grantPath = (requestId: string) => `/grants/${encodeURIComponent(requestId)}`;
  return {
    register: async (grant, signal) => {
      ours(grant.requester, grant.principal);
      return call(grantStateSchema, 'POST', '/grants', { body: grant, signal });
    },
    async decide(requestId, decision, signal) {
      ours(decision.approver);
      return call(grantStateSchema, 'POST', `${grantPath(requestId)}/decisions`, { body: decision, signal });
    },
    end: (requestId, reason, signal) => call(grantStateSchema, 'DELETE', `${grantPath(requestId)}?reason=${reason}`, { signal }),
    events: (after, waitSeconds, signal) =>
      call(eventsPageSchema, 'GET', `/events?after=${after}&waitSeconds=${waitSeconds}`, { signal, timeoutMs: POLL_TIMEOUT_MS }),
    guardrails: (signal) => call(guardrailsSchema, 'GET', '/guardrails', { signal }),
  };
}

async function tokenOf(credential: TokenCredential, scope: string): Promise<string> {
  const token = await credential.getToken(scope).catch((error: unknown) => {
    const { message, hint = '' } = identityErrorOf(error, 'our own for the perimeter');
    throw new AppError('perimeter.unauthenticated', message, { hint, retryable: true });
  });
  if (token) return token.token;
  throw new AppError('perimeter.unauthenticated', 'no token for the perimeter', { retryable: true });
}

function unavailable(message: string, cause: unknown): AppError {
  return new AppError('perimeter.unavailable', message, {
    cause,
    hint: 'The perimeter cannot be reached just now. It is tried again by itself.',
    retryable: true,
  });
}

/** By status, then by the problem's own code; never by its sentence. */
function refusalOf(response: Response, answer: unknown, doing: string): AppError {
  const problem = problemSchema.safeParse(answer);
  const code = problem.success ? problem.data.code : 'perimeter.refused';
  const hint = problem.success ? problem.data.hint : undefined;
  const message = `${doing}: the perimeter answered ${response.status} ${code}`;
  const { status } = response;
  if (code === 'api.version') return new OtherVersion(response.headers.get(API_VERSION_HEADER), message, hint);
  if (code === 'ledger.behind') return new AppError('perimeter.rolled-back', message, hint === undefined ? {} : { hint });
  if (status === 401 || status === 403)
    return new AppError('perimeter.unauthenticated', message, {
      hint: hint ?? 'The perimeter does not accept the bot’s token. Compare "caller" in perimeter.yaml with the bot’s identity.',
      retryable: true,
    });
  // What is not a problem document of the perimeter's came from something in between, and says nothing about the request.
  if (status === 408 || status === 429 || status >= 500 || !problem.success) {
    const after = Number(response.headers.get('retry-after') ?? Number.NaN);
    return new AppError('perimeter.unavailable', message, {
      hint: hint ?? 'The perimeter cannot do this just now. It is tried again by itself.',
      retryable: true,
      ...(Number.isFinite(after) ? { retryAfterMs: after * 1000 } : {}),
    });
  }
  return new PerimeterRefusal(status, code, message, hint);
}
