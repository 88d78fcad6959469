import { ClientSecretCredential, type TokenCredential } from '@azure/identity';
import { TEAMS_APP_ID, TENANT_ID } from '../../src/playground/cast.ts';

/** The Teams bot's registration with its secret, at a sign-in service of this machine. */
export const teamsSecret = (login: string, text: string): TokenCredential =>
  new ClientSecretCredential(TENANT_ID, TEAMS_APP_ID, text, {
    authorityHost: login,
    disableInstanceDiscovery: true,
    retryOptions: { maxRetries: 0 },
  });
