import type { Clock } from '../../../access/core/clock.ts';
import { codeOf } from '../../../access/core/app-error.ts';
import type { Answer, Call } from '../far-end-server.ts';
import type { Limits } from '../limits.ts';
import type { Actor } from '../tenant/audit.ts';
import { GRAPH_RESOURCE } from '../tenant/app-permissions.ts';
import type { TenantModel } from '../tenant/tenant-model.ts';
import { bearerOf, type Tokens } from '../tokens.ts';
import { badRequest, errorAnswer, type ExchangeIds, exchangeIds, GraphRefusal, idHeaders } from './graph-error.ts';
import { GRAPH_PERMISSIONS, type GraphPermission } from './graph-permissions.ts';
import { parseQuery, type EntityType, type Query } from './odata-query.ts';

/** What a route's handler gets: the call, who calls, and the query as far as the route has one. */
export interface GraphCall {
  readonly tenant: TenantModel;
  readonly url: URL;
  /** Where this server answers. */
  readonly base: string;
  /** Values of the `{...}` segments, in order. */
  readonly ids: readonly string[];
  readonly query: Query;
  readonly body: Readonly<Record<string, unknown>>;
  readonly actor: Actor;
  readonly roles: readonly string[];
  readonly readAsOf: number;
}

export interface GraphRoute {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** `{}` stands for one segment. */
  readonly path: string;
  readonly permission: GraphPermission;
  /** PIM answers a missing permission, and a missing licence, in its own way. */
  readonly pim?: true;
  /** So do the activity reports, for the permission. */
  readonly report?: true;
  /** Resource units, as published for the throttling of identity and access. */
  readonly cost: number;
  readonly type: EntityType;
  readonly handle: (call: GraphCall) => Omit<Answer, 'headers'>;
}

export interface GraphOptions {
  readonly tenant: TenantModel;
  readonly tokens: Tokens;
  readonly limits: Limits;
  readonly now: Clock;
  readonly routes: readonly GraphRoute[];
  address(): string;
}

/** Microsoft Graph v1.0, the part that Hallpass and its doctor speak to. */
export function graphHandler(options: GraphOptions): (call: Call) => Promise<Answer> {
  const compiled = options.routes.map((route) => ({
    route,
    pattern: new RegExp(`^${route.path.replaceAll('{}', '([^/]+)')}$`, 'i'),
  }));

  return async (call) => {
    const ids = exchangeIds(call.headers, options.now.now());
    try {
      const answer = await answerTo(call, ids);
      return { ...answer, headers: { ...idHeaders(ids), 'odata-version': '4.0', ...answer.headers } };
    } catch (error) {
      if (!(error instanceof GraphRefusal)) throw error;
      return errorAnswer(error.status, error.code, error.message, ids);
    }
  };

  async function answerTo(call: Call, ids: ExchangeIds): Promise<Answer> {
    const caller = await callerOf(options, call);
    const [, version, ...segments] = call.url.pathname.split('/');
    if (version !== 'v1.0') throw new GraphRefusal(404, 'ResourceNotFound', `Invalid version: ${String(version).slice(0, 20)}`);
    const path = `/${segments.join('/')}`;
    const found = compiled.filter(({ pattern }) => pattern.test(path));
    if (found.length === 0) throw badRequest(`Resource not found for the segment '${String(segments.at(-1)).slice(0, 60)}'.`);
    const match = found.find((one) => one.route.method === call.method);
    if (match === undefined)
      throw new GraphRefusal(405, 'Request_BadRequest', 'Specified HTTP method is not allowed for the request target.');
    const { route: chosen, pattern } = match;
    permit(chosen, caller.roles);
    if (chosen.pim === true && options.tenant.licence !== 'P2')
      throw new GraphRefusal(400, 'AadPremiumLicenseRequired', 'The tenant needs an AAD Premium 2 license.');
    const query = parseQuery(call.url, call.headers, chosen.type);
    const spent = options.limits.graph(caller.actor.id, chosen.method, costOf(chosen, query), call.url);
    if (spent.answer !== undefined)
      return {
        ...errorAnswer(429, 'TooManyRequests', 'Too many requests.', ids),
        headers: { ...idHeaders(ids), ...spent.headers },
      };
    const answer = chosen.handle({
      tenant: options.tenant,
      url: call.url,
      base: options.address(),
      ids: (pattern.exec(path) ?? []).slice(1).map(decoded),
      query,
      body: chosen.method === 'POST' || chosen.method === 'PATCH' ? bodyOf(call) : {},
      actor: caller.actor,
      roles: caller.roles,
      readAsOf: call.readAsOf,
    });
    return { ...answer, headers: spent.headers };
  }
}

async function callerOf(
  { tokens, tenant }: GraphOptions,
  call: Call,
): Promise<{ readonly actor: Actor; readonly roles: readonly string[] }> {
  try {
    const claims = await tokens.verify(bearerOf(call.headers), [GRAPH_RESOURCE]);
    const app = tenant.applications.byAppId(String(claims['appid']));
    const roles: unknown = claims['roles'];
    return {
      actor: {
        kind: 'application',
        id: String(claims['appid']),
        objectId: String(claims['oid']),
        name: app?.displayName ?? String(claims['appid']),
      },
      roles: Array.isArray(roles) ? roles.map(String) : [],
    };
  } catch (error) {
    const message = {
      'token.missing': 'Access token is empty.',
      'token.expired': 'Lifetime validation failed, the token is expired.',
      'token.audience': 'Access token validation failure. Invalid audience.',
      'token.invalid': 'IDX14100: JWT is not well formed, or its signature is not valid.',
    }[codeOf(error)];
    if (message === undefined) throw error;
    throw new GraphRefusal(401, 'InvalidAuthenticationToken', message);
  }
}

function permit(route: GraphRoute, roles: readonly string[]): void {
  const enough: readonly string[] = GRAPH_PERMISSIONS[route.permission];
  if (roles.some((role) => enough.includes(role))) return;
  if (route.report === true)
    throw new GraphRefusal(
      403,
      'Authentication_MSGraphPermissionMissing',
      `Calling principal does not have required MSGraph permissions ${enough.join(',')}`,
    );
  if (route.pim !== true)
    throw new GraphRefusal(403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.');
  // PIM's refusals come wrapped: the message is JSON of its own.
  const inner = {
    errorCode: 'PermissionScopeNotGranted',
    message: `Authorization failed due to missing permission scope ${enough.join(',')}.`,
    instanceAnnotations: [],
  };
  throw new GraphRefusal(403, 'UnknownError', JSON.stringify(inner));
}

function bodyOf(call: Call): Readonly<Record<string, unknown>> {
  if (call.text === undefined) return {};
  if (!/^application\/json\b/i.test(call.headers['content-type'] ?? ''))
    throw new GraphRefusal(415, 'UnsupportedMediaType', 'The content type of the request must be application/json.');
  try {
    const body: unknown = JSON.parse(call.text);
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Record<string, unknown>;
  } catch {
    // said below
  }
  throw badRequest(
    'Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.',
  );
}

/** Source of the numbers: https://learn.microsoft.com/graph/throttling-limits#identity-and-access-service-limits */
function costOf(route: GraphRoute, query: Query): number {
  const cost =
    route.cost - (query.select === undefined ? 0 : 1) + (query.expand.length > 0 ? 1 : 0) - ((query.top ?? 20) < 20 ? 1 : 0);
  return Math.max(cost, 1);
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw badRequest('Invalid encoding in the request path.');
  }
}
