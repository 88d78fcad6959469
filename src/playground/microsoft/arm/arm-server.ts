import { codeOf } from '../../../access/core/app-error.ts';
import type { Answer, Call } from '../far-end-server.ts';
import type { Limits, Spent } from '../limits.ts';
import type { TenantModel } from '../tenant/tenant-model.ts';
import { ARM_RESOURCE, bearerOf, type Tokens } from '../tokens.ts';
import { type Neighbour, shownTenants } from './auxiliary.ts';
import { ArmRefusal, armError, armHeaders, plainArmError } from './arm-error.ts';
import { queryResources } from './resource-graph.ts';
import { getAssignment, getRoleDefinition, listAssignments, listRoleDefinitions } from './role-assignment-routes.ts';
import { deleteAssignment, putAssignment } from './role-assignment-writes.ts';
import { cancelRequest, getRequest, listInstances, listRequests, putRequest } from './schedule-routes.ts';

export interface ArmCaller {
  readonly objectId: string;
  /** Client id, or the user principal name of a person: what error texts say. */
  readonly name: string;
  readonly isUser: boolean;
  /** Directory roles as they were when the token was issued: ARM believes the token. */
  readonly directoryRoleIds: readonly string[];
}

export interface ArmCall {
  readonly tenant: TenantModel;
  readonly caller: ArmCaller;
  readonly url: URL;
  readonly base: string;
  readonly apiVersion: string;
  readonly text: string | undefined;
  readonly readAsOf: number;
  readonly neighbours: readonly Neighbour[];
  /** Other tenants of which the call has shown tokens. */
  readonly shown: ReadonlySet<string>;
}

interface ArmOptions {
  readonly tenant: TenantModel;
  readonly tokens: Tokens;
  readonly limits: Limits;
  neighbours(): readonly Neighbour[];
  address(): string;
}

interface ArmRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly pattern: RegExp;
  readonly apiVersions: readonly string[];
  /** Source of the limits: reads, writes and deletes have a bucket each; Resource Graph has its own quota. */
  readonly books: 'read' | 'write' | 'delete' | 'resourceGraph';
  /** Needs Privileged Identity Management. */
  readonly pim?: true;
  handle(call: ArmCall, scope: string, name: string): Answer;
}

const AUTHORIZATION = '/providers/Microsoft\\.Authorization';
const GLOBAL_ADMINISTRATOR = '62e90394-69f5-4237-9190-012177145e10';

const ASSIGNMENT_VERSIONS = ['2015-07-01', '2018-09-01-preview', '2020-04-01-preview', '2022-04-01'];
const PIM_VERSIONS = ['2020-10-01', '2020-10-01-preview', '2022-04-01-preview'];
const REQUESTS = `${AUTHORIZATION}/roleAssignmentScheduleRequests`;
/** PIM answers for management groups, subscriptions and what is in them. */
const pimRoute = (method: ArmRoute['method'], path: string, handle: ArmRoute['handle']): ArmRoute => ({
  method,
  pattern: new RegExp(`^(.*)${path}$`, 'i'),
  apiVersions: PIM_VERSIONS,
  books: method === 'GET' ? 'read' : 'write',
  pim: true,
  handle,
});

const ROUTES: readonly ArmRoute[] = [
  {
    method: 'GET',
    pattern: new RegExp(`^(.*)${AUTHORIZATION}/roleAssignments/?$`, 'i'),
    apiVersions: ASSIGNMENT_VERSIONS,
    books: 'read',
    handle: listAssignments,
  },
  {
    method: 'GET',
    pattern: new RegExp(`^(.*)${AUTHORIZATION}/roleAssignments/([^/]+)$`, 'i'),
    apiVersions: ASSIGNMENT_VERSIONS,
    books: 'read',
    handle: getAssignment,
  },
  {
    method: 'PUT',
    pattern: new RegExp(`^(.*)${AUTHORIZATION}/roleAssignments/([^/]+)$`, 'i'),
    // Conditions and descriptions came with the later ones; none before is written with.
    apiVersions: ['2020-04-01-preview', '2022-04-01'],
    books: 'write',
    handle: putAssignment,
  },
  {
    method: 'DELETE',
    pattern: new RegExp(`^(.*)${AUTHORIZATION}/roleAssignments/([^/]+)$`, 'i'),
    apiVersions: ASSIGNMENT_VERSIONS,
    books: 'delete',
    handle: deleteAssignment,
  },
  pimRoute('GET', `${AUTHORIZATION}/roleAssignmentScheduleInstances/?`, listInstances),
  pimRoute('GET', `${REQUESTS}/?`, listRequests),
  pimRoute('GET', `${REQUESTS}/([^/]+)`, getRequest),
  pimRoute('PUT', `${REQUESTS}/([^/]+)`, putRequest),
  pimRoute('POST', `${REQUESTS}/([^/]+)/cancel`, cancelRequest),
  {
    method: 'GET',
    pattern: new RegExp(`^(.*)${AUTHORIZATION}/roleDefinitions/?$`, 'i'),
    apiVersions: ['2018-01-01-preview', '2022-04-01'],
    books: 'read',
    handle: listRoleDefinitions,
  },
  {
    method: 'GET',
    pattern: new RegExp(`^(.*)${AUTHORIZATION}/roleDefinitions/([^/]+)$`, 'i'),
    apiVersions: ['2018-01-01-preview', '2022-04-01'],
    books: 'read',
    handle: getRoleDefinition,
  },
  {
    method: 'POST',
    pattern: new RegExp(`^()${AUTHORIZATION}/elevateAccess$`, 'i'),
    apiVersions: ['2015-07-01', '2016-07-01', '2018-01-01'],
    books: 'write',
    handle: elevate,
  },
  {
    method: 'POST',
    pattern: /^()\/providers\/Microsoft\.ResourceGraph\/resources$/i,
    apiVersions: ['2021-03-01', '2022-10-01', '2024-04-01'],
    books: 'resourceGraph',
    handle: queryResources,
  },
];

/** Azure Resource Manager and Resource Graph, the part that Hallpass speaks to. */
export function armHandler(options: ArmOptions): (call: Call) => Promise<Answer> {
  return async (call) => {
    try {
      const caller = await callerOf(options.tokens, call);
      const neighbours = options.neighbours();
      const shown = await shownTenants(call.headers['x-ms-authorization-auxiliary'], neighbours);
      const path = decodeURI(call.url.pathname);
      const found = ROUTES.filter(({ pattern }) => pattern.test(path));
      if (found.length === 0)
        throw new ArmRefusal(404, 'InvalidResourceType', 'The resource type could not be found in the playground.');
      const route = found.find(({ method }) => method === call.method);
      if (route === undefined)
        throw new ArmRefusal(405, 'MethodNotAllowed', `The requested resource does not support http method '${call.method}'.`);
      const apiVersion = apiVersionOf(call.url, route);
      const spent = book(options.limits, route, caller);
      if (spent.answer !== undefined) return merge(plainArmError(429), spent.headers);
      const [, scope = '', name = ''] = route.pattern.exec(path) ?? [];
      const { tenant } = options;
      if (route.pim === true && tenant.licence !== 'P2')
        throw new ArmRefusal(400, 'AadPremiumLicenseRequired', 'The tenant needs an AAD Premium 2 license.');
      const wanted = {
        tenant,
        caller,
        apiVersion,
        url: call.url,
        base: options.address(),
        text: call.text,
        readAsOf: call.readAsOf,
        neighbours,
        shown,
      };
      return merge(route.handle(wanted, scope === '' ? '/' : scope, name), { ...armHeaders(), ...spent.headers });
    } catch (error) {
      if (error instanceof ArmRefusal) return armError(error);
      if (error instanceof URIError) return armError(new ArmRefusal(400, 'BadRequest', 'The path is not well encoded.'));
      throw error;
    }
  };
}

const merge = (answer: Answer, headers: Readonly<Record<string, string>>): Answer => ({
  ...answer,
  headers: { ...headers, ...answer.headers },
});

function book(limits: Limits, route: ArmRoute, caller: ArmCaller): Spent {
  return route.books === 'resourceGraph' ? limits.resourceGraph(caller.objectId) : limits.arm(caller.objectId, route.books);
}

function apiVersionOf(url: URL, route: ArmRoute): string {
  const version = url.searchParams.get('api-version');
  if (version === null)
    throw new ArmRefusal(
      400,
      'MissingApiVersionParameter',
      'The api-version query parameter (?api-version=) is required for all requests.',
    );
  if (!route.apiVersions.includes(version))
    throw new ArmRefusal(
      400,
      'InvalidApiVersionParameter',
      `The api-version '${version.slice(0, 40)}' is invalid. The supported versions are '${route.apiVersions.join(',')}'.`,
    );
  return version;
}

async function callerOf(tokens: Tokens, call: Call): Promise<ArmCaller> {
  try {
    const claims = await tokens.verify(bearerOf(call.headers), [ARM_RESOURCE]);
    const wids: unknown = claims['wids'];
    const isUser = claims['idtyp'] === 'user';
    return {
      objectId: String(claims['oid']),
      name: String(isUser ? claims['upn'] : claims['appid']),
      isUser,
      directoryRoleIds: Array.isArray(wids) ? wids.map(String) : [],
    };
  } catch (error) {
    const [code, message] = {
      'token.missing': ['AuthenticationFailed', "Authentication failed. The 'Authorization' header is missing."],
      'token.expired': ['ExpiredAuthenticationToken', 'The access token expiry time has passed. Get a new one.'],
      'token.audience': [
        'InvalidAuthenticationTokenAudience',
        `The access token has been obtained for wrong audience or resource. It should exactly match with one of the allowed audiences '${ARM_RESOURCE}/'.`,
      ],
      'token.invalid': ['InvalidAuthenticationToken', 'The access token is invalid.'],
    }[codeOf(error)] ?? ['', ''];
    if (code === '' || code === undefined) throw error;
    throw new ArmRefusal(401, code, message ?? '');
  }
}

/** A Global Administrator takes User Access Administrator at `/`. There is no call that undoes it, and no end. */
function elevate({ tenant, caller, text }: ArmCall): Answer {
  if (text !== undefined && text.trim() !== '' && text.trim() !== '{}')
    throw new ArmRefusal(400, 'InvalidRequestContent', 'The request content was invalid: no body is expected.');
  if (!caller.directoryRoleIds.includes(GLOBAL_ADMINISTRATOR))
    throw new ArmRefusal(
      403,
      'AuthorizationFailed',
      `The client '${caller.name}' with object id '${caller.objectId}' does not have authorization to perform action 'Microsoft.Authorization/elevateAccess/action' over scope '/' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
    );
  const actor = {
    kind: caller.isUser ? 'user' : 'application',
    id: caller.objectId,
    objectId: caller.objectId,
    name: caller.name,
  } as const;
  tenant.azure.elevate(caller.objectId, caller.isUser ? 'User' : 'ServicePrincipal', actor);
  return { status: 200 };
}
