import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Answer } from '../far-end-server.ts';
import { AZURE_ROLES, type AzureAssignment, ROOT_GROUP_SCOPE } from '../tenant/azure-assignments.ts';
import type { ArmCall } from './arm-server.ts';
import { ArmRefusal } from './arm-error.ts';
import { runKql } from './kql.ts';
import type { Row } from './kql-expression.ts';
import { KqlRefusal } from './kql-tokens.ts';
import { assignmentBody } from './role-assignment-routes.ts';
import { isAtOrAbove, mayAt, same, visibleSubscriptions } from './rights.ts';

const SCOPE_FILTERS = ['AtScopeAndBelow', 'AtScopeAndAbove', 'AtScopeExact', 'AtScopeAboveAndBelow'] as const;
type ScopeFilter = (typeof SCOPE_FILTERS)[number];

const optionsSchema = z.strictObject({
  $skipToken: z.string().optional(),
  $top: z.int().min(1).max(1_000).default(100),
  $skip: z.int().min(0).default(0),
  resultFormat: z.enum(['table', 'objectArray']).default('objectArray'),
  allowPartialScopes: z.boolean().optional(),
  authorizationScopeFilter: z.enum(SCOPE_FILTERS).default('AtScopeAndBelow'),
});
const requestSchema = z.strictObject({
  subscriptions: z.array(z.guid()).optional(),
  managementGroups: z.array(z.string()).max(10).optional(),
  query: z.string().min(1).max(20_000),
  options: optionsSchema.default(() => optionsSchema.parse({})),
});
type QueryRequest = z.infer<typeof requestSchema>;

/**
 * Resource Graph over `authorizationresources`. It answers "nothing" to who may not look, and leaves out what lies above the
 * scopes asked for unless `authorizationScopeFilter` says Above: nothing in the answer tells either from an empty tenant.
 * Source: https://learn.microsoft.com/rest/api/azureresourcegraph/resourcegraph/resources/resources
 */
export function queryResources(call: ArmCall): Answer {
  const request = parseRequest(call);
  const scopes = scopesOf(call, request);
  // The option came with 2022-10-01; the version before knows nothing of it and keeps its default.
  const filter = call.apiVersion < '2022-10-01' ? 'AtScopeAndBelow' : request.options.authorizationScopeFilter;
  const { tenant, caller } = call;
  const rows = tenant.azure
    .all(call.readAsOf - tenant.azure.indexLagMs)
    .filter((row) => mayAt(tenant, caller.objectId, 'Microsoft.Authorization/roleAssignments/read', row.scope))
    .filter((row) => scopes.some((scope) => isWanted(row.scope, scope, filter)))
    .map((row) => tableRow(assignmentBody(row), row, tenant.tenantId));
  const seesRoles = scopes.length > 0;
  const found = run(request.query, { authorizationresources: [...rows, ...(seesRoles ? roleRows(tenant.tenantId) : [])] });
  return { status: 200, body: page(found, request) };
}

function parseRequest(call: ArmCall): QueryRequest {
  let body: unknown;
  try {
    body = JSON.parse(call.text ?? '');
  } catch {
    throw new ArmRefusal(400, 'InvalidRequestContent', 'The request content was invalid and could not be deserialized.');
  }
  const parsed = requestSchema.safeParse(body);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0] ?? { path: [], message: 'invalid' };
  throw badRequest([{ code: 'InvalidRequest', message: `${path.join('.') || 'body'}: ${message}` }]);
}

const badRequest = (details: readonly { readonly code: string; readonly message: string }[]) =>
  new ArmRefusal(
    400,
    'BadRequest',
    `Please provide below info when asking for support: timestamp = ${new Date().toISOString()}, correlationId = ${randomUUID()}.`,
    details,
  );

/** Which scopes the query is about: those it names, else every subscription that the caller can see. */
function scopesOf(call: ArmCall, request: QueryRequest): readonly string[] {
  const visible = visibleSubscriptions(call.tenant, call.caller.objectId);
  const groups = (request.managementGroups ?? []).map((name) => `/providers/Microsoft.Management/managementGroups/${name}`);
  const named = (request.subscriptions ?? []).map((id) => `/subscriptions/${id}`);
  const unknown = [
    ...groups.filter((group) => !same(group, ROOT_GROUP_SCOPE)),
    ...named.filter((one) => !visible.some((other) => same(one, other))),
  ];
  if (unknown.length > 0 && groups.length + named.length === unknown.length)
    throw new ArmRefusal(403, 'AccessDenied', 'Please provide a valid subscription or management group that you may read.', [
      {
        code: 'AccessDenied',
        message: 'Access is denied to the requested resource. Either there is no such scope, or you may not read it.',
      },
    ]);
  const wanted = [...groups, ...named].filter((scope) => !unknown.includes(scope));
  return request.managementGroups === undefined && request.subscriptions === undefined ? visible : wanted;
}

function isWanted(scope: string, asked: string, filter: ScopeFilter): boolean {
  const exact = same(scope, asked);
  const above = !exact && isAtOrAbove(scope, asked);
  const below = !exact && isAtOrAbove(asked, scope);
  const takes = { AtScopeExact: '', AtScopeAndBelow: 'below', AtScopeAndAbove: 'above', AtScopeAboveAndBelow: 'above below' }[
    filter
  ];
  return exact || (above && takes.includes('above')) || (below && takes.includes('below'));
}

/** Columns of every table of Resource Graph; ids and types come in lower case there. */
function tableRow(body: Record<string, unknown>, row: AzureAssignment, tenantId: string): Row {
  const subscriptionId = /^\/subscriptions\/([^/]+)/i.exec(row.scope)?.[1] ?? '';
  return { ...blank(tenantId), ...body, type: 'microsoft.authorization/roleassignments', subscriptionId };
}

function roleRows(tenantId: string): readonly Row[] {
  return Object.values(AZURE_ROLES).map((role) => ({
    ...blank(tenantId),
    id: `/providers/Microsoft.Authorization/RoleDefinitions/${role.id}`,
    name: role.id,
    type: 'microsoft.authorization/roledefinitions',
    properties: { roleName: role.name, type: 'BuiltInRole', assignableScopes: ['/'], isServiceRole: false, permissions: [] },
  }));
}

const blank = (tenantId: string): Row => ({
  tenantId,
  kind: '',
  location: '',
  resourceGroup: '',
  subscriptionId: '',
  managedBy: '',
  sku: null,
  plan: null,
  properties: null,
  tags: null,
  identity: null,
  zones: null,
  extendedLocation: null,
});

function run(query: string, tables: Readonly<Record<string, readonly Row[]>>): readonly Row[] {
  try {
    return runKql(query, tables);
  } catch (error) {
    if (!(error instanceof KqlRefusal)) throw error;
    const text =
      'Query is invalid. Please refer to the documentation for the Azure Resource Graph service and fix the error before retrying.';
    throw badRequest([
      { code: 'InvalidQuery', message: text },
      { code: error.code, message: `${error.code}: '${error.token.slice(0, 60)}'` },
    ]);
  }
}

/** Pages only where rows have an id to go on from; without one the rest is cut off and said to be. */
function page(found: readonly Row[], { options }: QueryRequest): Record<string, unknown> {
  const start = options.$skipToken === undefined ? options.$skip : offsetOf(options.$skipToken);
  const rows = found.slice(start, start + options.$top);
  const rest = start + rows.length < found.length;
  const pages = rest && rows.every((row) => typeof row['id'] === 'string');
  return {
    totalRecords: found.length,
    count: rows.length,
    data: options.resultFormat === 'table' ? table(rows) : rows,
    facets: [],
    resultTruncated: rest && !pages ? 'true' : 'false',
    ...(pages ? { $skipToken: Buffer.from(JSON.stringify({ offset: start + rows.length })).toString('base64') } : {}),
  };
}

function offsetOf(token: string): number {
  try {
    return z.strictObject({ offset: z.int().min(0) }).parse(JSON.parse(Buffer.from(token, 'base64').toString())).offset;
  } catch {
    throw badRequest([{ code: 'InvalidSkipToken', message: 'The skip token is not valid.' }]);
  }
}

function table(rows: readonly Row[]): Record<string, unknown> {
  const names = Object.keys(rows[0] ?? {});
  const kind = (name: string) => (typeof rows[0]?.[name] === 'object' ? 'object' : 'string');
  return { columns: names.map((name) => ({ name, type: kind(name) })), rows: rows.map((row) => names.map((name) => row[name])) };
}
