import { AppError } from '../../../access/core/app-error.ts';
import type { Check } from '../check.ts';
import { newSecret, secretSeen } from '../own-credential.ts';
import type { TeamsParts } from './teams-parts.ts';

/** When the secret of the Bot Framework's registration ends. */
export const teamsSecret: Check<TeamsParts> = {
  id: 'teams-secret',
  title: 'Secret of the bot',
  async look({ teams, registrations }) {
    if (registrations === undefined)
      throw new AppError('directory.forbidden', 'no identity in the tenant of the Teams bot', {
        hint: `The file names no identity in ${teams.tenantId}, so its registrations cannot be read.`,
      });
    return secretSeen(registrations, teams.appId, teams.clientSecret);
  },
  mend: ({ teams }) => newSecret(teams.appId),
  show: ({ teams }) => `az ad app credential list --id ${teams.appId}`,
};
