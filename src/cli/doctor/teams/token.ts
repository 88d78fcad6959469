import { identityErrorOf } from '../../../identity/identity-error.ts';
import type { Check } from '../check.ts';
import { newSecret } from '../own-credential.ts';
import type { TeamsParts } from './teams-parts.ts';

/** Whether the bot can sign in to the Bot Framework, by which it writes in Teams. */
export const teamsToken: Check<TeamsParts> = {
  id: 'teams-token',
  title: 'Sign-in of the bot',
  async look({ teams, signIn }) {
    const fine = `${teams.appId} gets tokens of the Bot Framework`;
    try {
      await signIn();
      return { fine };
    } catch (error) {
      const translated = identityErrorOf(error, `the Teams bot ${teams.appId}`);
      if (translated.retryable) throw translated;
      const hint = translated.hint === undefined ? [] : [translated.hint];
      return { problems: [translated.message, ...hint], fine };
    }
  },
  mend: ({ teams }) => newSecret(teams.appId),
  show: ({ teams }) => `az ad app credential list --id ${teams.appId}`,
};
