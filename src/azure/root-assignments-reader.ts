import { AuthorizationManagementClient } from '@azure/arm-authorization';
import { ResourceGraphClient } from '@azure/arm-resourcegraph';
import type { TokenCredential } from '@azure/identity';
import { z } from 'zod';
import { AppError } from '../access/core/app-error.ts';
import { armErrorOf } from './arm-error.ts';

/** One assignment at the root scope, as either source tells it; ids in lower case. */
export interface RootAssignment {
  /** The assignment's name, a GUID; the same in both sources. */
  readonly name: string;
  readonly principalId: string;
  /** `User`, `Group`, `ServicePrincipal`, or a newer kind. */
  readonly principalType: string;
  readonly roleId: string;
  readonly createdOn?: string;
  readonly createdBy?: string;
}

/**
 * Who holds which Azure role at `/`, from two sources. Both answer "nothing" to one who may not look: see `ownPrincipalId`.
 * @throws {AppError} `azure.*`, `identity.unavailable`
 */
export interface RootAssignmentsReader {
  /** Resource Graph: quick, eventually consistent. @see https://learn.microsoft.com/azure/governance/resource-graph/ */
  byResourceGraph(signal?: AbortSignal): Promise<readonly RootAssignment[]>;
  /** The plain list. @see https://learn.microsoft.com/azure/role-based-access-control/role-assignments-list-rest */
  byList(signal?: AbortSignal): Promise<readonly RootAssignment[]>;
  /** The object id that our own token for Azure carries. */
  ownPrincipalId(): Promise<string>;
}

export interface RootAssignmentsReaderOptions {
  /** Origin of Azure Resource Manager, e.g. `https://management.azure.com`. */
  readonly armUrl: string;
  readonly credential: TokenCredential;
  /** The next scan comes anyway. */
  readonly maxRetries?: number;
}

const NEEDS = 'the role Reader, assigned to its own identity directly at the root scope "/"';
/** No tenant comes near as many; a server that pages forever is not believed. */
const MAX_PAGES = 50;
const ROWS_PER_PAGE = 1000;
/** `authorizationresources` compares without case, as Azure writes ids. */
const QUERY = `authorizationresources
| where type =~ 'microsoft.authorization/roleassignments'
| where tostring(properties.scope) == '/'
| project id, name, properties
| order by id asc`;

export function createRootAssignmentsReader(options: RootAssignmentsReaderOptions): RootAssignmentsReader {
  const { credential, maxRetries = 2 } = options;
  const endpoint = new URL(options.armUrl).origin;
  const scope = `${endpoint}/.default`;
  const retryOptions = { maxRetries };
  const resourceGraph = new ResourceGraphClient(credential, { endpoint, credentials: { scopes: [scope] }, retryOptions });
  // The subscription is not used by anything we call, and has to be given.
  const list = new AuthorizationManagementClient(credential, '00000000-0000-0000-0000-000000000000', {
    endpoint,
    credentialScopes: scope,
    retryOptions,
  });
  // An empty scope leaves two slashes at the start of the path.
  list.pipeline.addPolicy({
    name: 'hallpass.root-scope',
    sendRequest: (request, next) => {
      const url = new URL(request.url);
      url.pathname = url.pathname.replace(/^\/{2,}/, '/');
      request.url = url.href;
      return next(request);
    },
  });

  async function byResourceGraph(signal?: AbortSignal): Promise<RootAssignment[]> {
    const found: RootAssignment[] = [];
    let skipToken: string | undefined;
    for (let page = 0; page < MAX_PAGES; page++) {
      const answer = await resourceGraph.resources(
        {
          query: QUERY,
          options: {
            // Without "Above" nothing at the root is ever returned, and nothing says so.
            authorizationScopeFilter: 'AtScopeAboveAndBelow',
            resultFormat: 'objectArray',
            top: ROWS_PER_PAGE,
            ...(skipToken === undefined ? {} : { skipToken }),
          },
        },
        signal === undefined ? {} : { abortSignal: signal },
      );
      const rows = graphPageSchema.parse(answer.data);
      found.push(
        ...rows
          .filter(({ properties }) => properties.scope === '/')
          .map(({ name, properties }) => assignmentOf(name, properties)),
      );
      if (answer.skipToken === undefined || answer.skipToken === '') {
        if (answer.resultTruncated === 'true') throw cutOff('Resource Graph cut its answer off');
        return found;
      }
      skipToken = answer.skipToken;
    }
    throw cutOff(`more than ${MAX_PAGES} pages`);
  }

  async function byList(signal?: AbortSignal): Promise<RootAssignment[]> {
    const found: RootAssignment[] = [];
    let pages = 0;
    // `atScope()` may bring rows of other scopes along, so each row's own scope decides.
    const iterator = list.roleAssignments
      .listForScope('', { filter: 'atScope()', ...(signal === undefined ? {} : { abortSignal: signal }) })
      .byPage();
    for await (const page of iterator) {
      if (++pages > MAX_PAGES) throw cutOff(`more than ${MAX_PAGES} pages`);
      for (const row of page) {
        if (row.scope !== '/') continue;
        const { name, createdOn, ...properties } = listRowSchema.parse(row);
        found.push(
          assignmentOf(name, { ...properties, ...(createdOn === undefined ? {} : { createdOn: createdOn.toISOString() }) }),
        );
      }
    }
    return found;
  }

  return {
    byResourceGraph: (signal) => translated('POST resources (Resource Graph)', () => byResourceGraph(signal)),
    byList: (signal) => translated('GET roleAssignments at /', () => byList(signal)),
    ownPrincipalId: () =>
      translated('token for Azure', async () => {
        const token = await credential.getToken(scope);
        if (token === null) throw new AppError('identity.unavailable', 'no token for Azure', { retryable: true });
        return ownObjectId(token.token);
      }),
  };
}

async function translated<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw armErrorOf(error, what, NEEDS);
  }
}

function cutOff(why: string): AppError {
  return new AppError('azure.rejected', `assignments at /: ${why}`, {
    hint: 'Not everything was read, so nothing is concluded from it.',
  });
}

const id = z.string().min(1).max(500);
const propertiesSchema = z.looseObject({
  scope: z.string(),
  principalId: z.guid(),
  principalType: z.string().max(50).nullish(),
  roleDefinitionId: id,
  createdOn: z.string().max(40).nullish(),
  createdBy: z.string().max(100).nullish(),
});
const graphPageSchema = z.array(z.looseObject({ name: z.guid(), properties: propertiesSchema }));
const listRowSchema = z.looseObject({ ...propertiesSchema.shape, name: z.guid(), createdOn: z.date().optional() });

function assignmentOf(name: string, properties: z.infer<typeof propertiesSchema>): RootAssignment {
  const { createdOn, createdBy } = properties;
  const at = typeof createdOn === 'string' ? Date.parse(createdOn) : Number.NaN;
  return {
    name: name.toLowerCase(),
    principalId: properties.principalId.toLowerCase(),
    principalType: properties.principalType ?? 'Unknown',
    roleId: (properties.roleDefinitionId.split('/').at(-1) ?? '').toLowerCase(),
    ...(Number.isNaN(at) ? {} : { createdOn: new Date(at).toISOString() }),
    ...(typeof createdBy === 'string' && createdBy !== '' ? { createdBy: createdBy.toLowerCase() } : {}),
  };
}

/** Read, not verified: the token is our own, fresh from Entra, and says only who we are. */
function ownObjectId(token: string): string {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    return z.looseObject({ oid: z.guid() }).parse(claims).oid.toLowerCase();
  } catch {
    throw new AppError('azure.rejected', 'our own token names no object id', {
      hint: 'Check the credential in hallpass.yaml: it must be an application or a managed identity of the tenant.',
    });
  }
}
