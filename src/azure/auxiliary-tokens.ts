import type { TokenCredential } from '@azure/identity';
import { auxiliaryAuthenticationHeaderPolicy, type PipelinePolicy, type PipelineResponse } from '@azure/core-rest-pipeline';
import { z } from 'zod';
import { AppError } from '../access/core/app-error.ts';

/** As many as Azure takes. @see https://learn.microsoft.com/azure/azure-resource-manager/management/authenticate-multi-tenant */
export const AUXILIARY_AT_MOST = 3;
/** What Azure says when a call touches something of a tenant that no token of it is of; nothing was done then. */
const OTHER_TENANT = 'LinkedAuthorizationFailed';
const refusalSchema = z.object({ error: z.object({ code: z.string() }) });

/**
 * Sends a call that touches another tenant once more, with tokens of the other tenants beside our own (`x-ms-authorization-auxiliary`). Only then:
 * a tenant that gives us no token must not stand in the way of taking something away in this one, and one bad token among them has Azure refuse
 * everything. They go where our own goes, to `endpoint`.
 * @throws {AppError} `config.invalid` for more than `AUXILIARY_AT_MOST`
 */
export function auxiliaryTokens(endpoint: string, credentials: readonly TokenCredential[]): PipelinePolicy {
  if (credentials.length > AUXILIARY_AT_MOST)
    throw new AppError('config.invalid', `Azure takes tokens of ${AUXILIARY_AT_MOST} other tenants at most`);
  const withTokens = auxiliaryAuthenticationHeaderPolicy({ credentials: [...credentials], scopes: `${endpoint}/.default` });
  return {
    name: 'hallpass.auxiliary-tokens',
    async sendRequest(request, next) {
      const answer = await next(request);
      const isOurs = new URL(request.url).origin === endpoint;
      return isOurs && touchesAnother(answer) ? withTokens.sendRequest(request, next) : answer;
    },
  };
}

function touchesAnother({ status, bodyAsText }: PipelineResponse): boolean {
  if (status !== 403) return false;
  try {
    return refusalSchema.parse(JSON.parse(bodyAsText ?? '')).error.code === OTHER_TENANT;
  } catch {
    return false;
  }
}
