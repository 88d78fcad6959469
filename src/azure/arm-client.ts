import {
  AuthorizationManagementClient,
  type RoleAssignmentCreateParameters,
  type RoleAssignmentScheduleRequest,
} from '@azure/arm-authorization';
import type { TokenCredential } from '@azure/identity';
import { z } from 'zod';
import { AppError } from '../access/core/app-error.ts';
import { GRAPH_TIMEOUT_MS } from '../entra/graph-client.ts';
import { answerOf } from '../entra/pim-schema.ts';
import { quoted } from '../entra/odata.ts';
import type { Log } from '../observe/log.ts';
import { answerCodeOf } from '../access/core/answered-error.ts';
import { auxiliaryTokens } from './auxiliary-tokens.ts';
import { armErrorOf } from './arm-error.ts';
import { type AzureOrder, isAbout, scopeIn } from './azure-target.ts';

/**
 * Role assignments in Azure Resource Manager, each call about the scope of an order. Lists hold what is about its principal, role and
 * scope, by anybody's hand. Nothing is retried here: commands have a durable backoff of their own.
 * @throws {AppError} `directory.*`, `identity.*` (arm-error.ts)
 */
export interface ArmClient {
  assignments(order: AzureOrder): Promise<readonly ArmAssignment[]>;
  /** @see https://learn.microsoft.com/rest/api/authorization/role-assignments/create */
  putAssignment(order: AzureOrder, name: string, assignment: RoleAssignmentCreateParameters): Promise<void>;
  /** False when there was none of this name. */
  deleteAssignment(order: AzureOrder, name: string): Promise<boolean>;
  instances(order: AzureOrder): Promise<readonly ArmInstance[]>;
  request(order: AzureOrder, name: string): Promise<ArmRequest>;
  /** @see https://learn.microsoft.com/rest/api/authorization/role-assignment-schedule-requests/create */
  putRequest(order: AzureOrder, name: string, request: RoleAssignmentScheduleRequest): Promise<ArmRequest>;
  cancelRequest(order: AzureOrder, name: string): Promise<void>;
  /** Everything at, above and below a scope, by anybody's hand; without PIM's licence, nothing of PIM's. */
  everything(scope: string): Promise<{
    readonly assignments: readonly ArmMade[];
    readonly requests: readonly ArmAsked[];
    readonly instances: readonly ArmInstance[];
  }>;
}

export interface ArmClientOptions {
  /** Origin of Azure Resource Manager, e.g. `https://management.azure.com`. */
  readonly armUrl: string;
  readonly credential: TokenCredential;
  /** Our identity in other tenants, for calls that touch something of theirs too: `AUXILIARY_AT_MOST`. */
  readonly auxiliary?: readonly TokenCredential[];
  readonly log: Log;
}

const NEEDS =
  'the role Role Based Access Control Administrator where it is to give Azure roles, with a condition that allows this one to be given and taken';
/** The client wants one and uses it for nothing that is called here. */
const NO_SUBSCRIPTION = '00000000-0000-0000-0000-000000000000';
/** A place that is gone holds nothing: an assignment goes with what it was about. */
const PLACE_GONE = ['ResourceGroupNotFound', 'ResourceNotFound'];

const text = z.string().nullish();
const row = { name: z.string(), principalId: z.string(), roleDefinitionId: z.string(), scope: z.string() };
const assignmentSchema = z.object({ ...row, description: text });
const instanceSchema = z.object({
  ...row,
  roleAssignmentScheduleId: text,
  originRoleAssignmentId: text,
  assignmentType: text,
  memberType: text,
  startDateTime: z.date().nullish(),
  endDateTime: z.date().nullish(),
});
const requestSchema = z.object({
  name: z.string(),
  status: z.string(),
  requestType: z.string(),
  targetRoleAssignmentScheduleId: text,
  createdOn: z.date().nullish(),
  ticketInfo: z.object({ ticketNumber: text, ticketSystem: text }).nullish(),
});
export type ArmAssignment = z.infer<typeof assignmentSchema>;
export type ArmInstance = z.infer<typeof instanceSchema>;
export type ArmRequest = z.infer<typeof requestSchema>;
const madeSchema = assignmentSchema.extend({ createdBy: text, createdOn: z.date().nullish(), condition: text });
const askedSchema = requestSchema.extend({ ...row, requestorId: text });
/** With who made it, and when. */
export type ArmMade = z.infer<typeof madeSchema>;
export type ArmAsked = z.infer<typeof askedSchema>;

export function createArmClient({ armUrl, credential, auxiliary = [], log }: ArmClientOptions): ArmClient {
  const endpoint = new URL(armUrl).origin;
  const arm = new AuthorizationManagementClient(credential, NO_SUBSCRIPTION, {
    endpoint,
    credentialScopes: `${endpoint}/.default`,
    retryOptions: { maxRetries: 0 },
    // A redirected write is no write of ours.
    redirectOptions: { maxRetries: 0 },
  });
  // A next link is followed only to where we already are: our token goes with it.
  arm.pipeline.addPolicy({
    name: 'hallpass.same-origin',
    sendRequest: (request, next) => {
      if (new URL(request.url).origin === endpoint) return next(request);
      throw new AppError('directory.rejected', `a next link leads away from ${endpoint}`);
    },
  });

  if (auxiliary.length > 0) arm.pipeline.addPolicy(auxiliaryTokens(endpoint, auxiliary), { phase: 'Retry' });

  async function call<T>(what: string, order: AzureOrder, work: (scope: string, options: CallOptions) => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    const told = { arm: `${what} at ${order.target.scope}`, ms: 0 };
    const took = () => ({ ...told, ms: Math.round(performance.now() - startedAt) });
    try {
      const answer = await work(scopeIn(order), { abortSignal: AbortSignal.timeout(GRAPH_TIMEOUT_MS) });
      log.debug(took(), 'arm answered');
      return answer;
    } catch (error) {
      const translated = armErrorOf(error, told.arm, NEEDS, 'directory');
      log.debug({ ...took(), code: translated.code }, 'arm refused');
      throw translated;
    }
  }

  async function listed<S extends z.ZodType<z.infer<typeof assignmentSchema> | ArmInstance>>(
    what: string,
    schema: S,
    order: AzureOrder,
    list: (scope: string, options: CallOptions & { readonly filter: string }) => AsyncIterable<unknown>,
  ): Promise<z.infer<S>[]> {
    const found: z.infer<S>[] = [];
    const isWanted = isAbout(order);
    const filter = `principalId eq ${quoted(order.principalId)}`;
    const reading = call(what, order, async (scope, options) => {
      // At, above and below the scope.
      for await (const item of list(scope, { ...options, filter })) {
        const one = answerOf(schema, item, what);
        if (isWanted(one)) found.push(one);
      }
      return found;
    });
    return reading.catch((error: unknown) => unlessGone(error, []));
  }

  async function all<S extends z.ZodType>(
    what: string,
    schema: S,
    scope: string,
    list: (scope: string, options: CallOptions) => AsyncIterable<unknown>,
  ): Promise<z.infer<S>[]> {
    const place = {
      grantId: '',
      principalId: '',
      endsAt: '',
      justification: '',
      target: { kind: 'azureRole', scope, roleDefinitionId: '' },
    } as const;
    const found: z.infer<S>[] = [];
    const reading = call(what, place, async (path, options) => {
      for await (const item of list(path, options)) found.push(answerOf(schema, item, what));
      return found;
    });
    return reading.catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'directory.not-licensed') return [];
      return unlessGone(error, []);
    });
  }

  return {
    everything: async (scope) => ({
      assignments: await all('GET roleAssignments', madeSchema, scope, (path, options) =>
        arm.roleAssignments.listForScope(path, options),
      ),
      requests: await all('GET roleAssignmentScheduleRequests', askedSchema, scope, (path, options) =>
        arm.roleAssignmentScheduleRequests.listForScope(path, options),
      ),
      instances: await all('GET roleAssignmentScheduleInstances', instanceSchema, scope, (path, options) =>
        arm.roleAssignmentScheduleInstances.listForScope(path, options),
      ),
    }),
    assignments: (order) =>
      listed('GET roleAssignments', assignmentSchema, order, (scope, options) =>
        arm.roleAssignments.listForScope(scope, options),
      ),
    async putAssignment(order, name, assignment) {
      await call(`PUT roleAssignments/${name}`, order, async (scope, options) =>
        answerOf(assignmentSchema, await arm.roleAssignments.create(scope, name, assignment, options), 'PUT roleAssignments'),
      );
    },
    deleteAssignment: (order, name) =>
      call(`DELETE roleAssignments/${name}`, order, async (scope, options) => {
        let status = 0;
        const onResponse = (answer: { readonly status: number }) => {
          status = answer.status;
        };
        await arm.roleAssignments.delete(scope, name, { ...options, onResponse });
        return status !== 204;
      }).catch((error: unknown) => unlessGone(error, false)),
    instances: (order) =>
      listed('GET roleAssignmentScheduleInstances', instanceSchema, order, (scope, options) =>
        arm.roleAssignmentScheduleInstances.listForScope(scope, options),
      ),
    request: (order, name) =>
      call(`GET roleAssignmentScheduleRequests/${name}`, order, async (scope, options) =>
        answerOf(
          requestSchema,
          await arm.roleAssignmentScheduleRequests.get(scope, name, options),
          'GET roleAssignmentScheduleRequests',
        ),
      ),
    putRequest: (order, name, request) =>
      call(`PUT roleAssignmentScheduleRequests/${name}`, order, async (scope, options) =>
        answerOf(
          requestSchema,
          await arm.roleAssignmentScheduleRequests.create(scope, name, request, options),
          'PUT roleAssignmentScheduleRequests',
        ),
      ),
    cancelRequest: (order, name) =>
      call(`POST roleAssignmentScheduleRequests/${name}/cancel`, order, (scope, options) =>
        arm.roleAssignmentScheduleRequests.cancel(scope, name, options),
      ),
  };
}

function unlessGone<T>(error: unknown, nothing: T): T {
  if (PLACE_GONE.includes(answerCodeOf(error))) return nothing;
  throw error;
}

interface CallOptions {
  readonly abortSignal: AbortSignal;
}
