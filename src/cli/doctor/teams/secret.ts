import { AppError } from '../../../access/core/app-error.ts';
import type { Check } from '../check.ts';
import { teamsCredentialSetting } from '../../teams-credential.ts';
import { credentialSeen, newSecret } from '../own-credential.ts';
import type { TeamsParts } from './teams-parts.ts';

/** When the credential of the Bot Framework's registration ends. */
export const teamsSecret: Check<TeamsParts> = {
  id: 'teams-secret',
  title: 'Credential of the Teams bot',
  async look({ teams, registrations }) {
    const readable = () => {
      if (registrations !== undefined) return registrations;
      throw new AppError('directory.forbidden', 'no identity in the tenant of the Teams bot', {
        hint: `The file names no identity in ${teams.tenantId}, so its registrations cannot be read.`,
      });
    };
    return credentialSeen(readable, teams.appId, teamsCredentialSetting(teams));
  },
  mend: ({ teams }) => newSecret(teams.appId),
  show: ({ teams }) => `az ad app credential list --id ${teams.appId}`,
};
