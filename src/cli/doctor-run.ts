import { decodeJwt } from 'jose';
import { z } from 'zod';
import { AppError } from '../access/core/app-error.ts';
import { createGraphClient } from '../entra/graph-client.ts';
import { createRegistrationReader } from '../entra/registration-reader.ts';
import { addressesOf } from '../identity/cloud.ts';
import { createCredential } from '../identity/credential.ts';
import { createLog } from '../observe/log.ts';
import { loadPerimeterConfig } from '../perimeter/load-perimeter-config.ts';
import { examine, type Report } from './doctor/examine.ts';
import { setupFacts } from './perimeter-setup-commands.ts';

const rolesSchema = z.object({ roles: z.array(z.string()).default([]) });

/**
 * Looks at what the perimeter needs in Entra ID, as the perimeter's own identity. Reads only, and gives nothing.
 * @throws {AppError} `config.*`, `secret.*`, `usage.cloud`
 */
export async function doctorOfPerimeter(file: string, cloud: string | undefined): Promise<Report> {
  const config = loadPerimeterConfig(file);
  const credential = createCredential(config.tenant);
  const { graph: graphUrl } = addressesOf(config.tenant.cloud);
  const graph = createGraphClient({ graphUrl, credential, log: createLog('perimeter', 'silent') });
  return examine({
    config,
    facts: setupFacts(config, cloud),
    registrations: createRegistrationReader(graph),
    async ownPermissions() {
      const scope = `${new URL(graphUrl).origin}/.default`;
      const answer = await credential.getToken(scope).catch((cause: unknown) => {
        throw new AppError('identity.unavailable', 'no token of our own for Graph', {
          cause,
          hint: 'The identity of the file gave no token here. Run this where the perimeter runs.',
        });
      });
      const claims = answer === null ? undefined : rolesSchema.safeParse(decodeJwt(answer.token)).data;
      if (claims !== undefined) return claims.roles;
      throw new AppError('identity.unreadable', 'our own token does not say what it may', {
        hint: 'Our own token cannot be read.',
      });
    },
  });
}
