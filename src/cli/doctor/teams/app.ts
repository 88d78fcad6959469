import { AppError } from '../../../access/core/app-error.ts';
import type { Check } from '../check.ts';
import type { TeamsParts } from './teams-parts.ts';

const NOT_THERE = ['chat.not-installed', 'chat.message-gone', 'chat.rejected'];

/** Whether Teams lets the bot into the teams that the file names: only where its app is installed. */
export const teamsApp: Check<TeamsParts> = {
  id: 'teams-app',
  title: 'App in its teams',
  concerns: ({ teamIds }) => teamIds.length > 0,
  async look({ teamIds, connector }) {
    const problems: string[] = [];
    for (const teamId of teamIds) {
      try {
        await connector.channelsOf(teamId);
      } catch (error) {
        if (!(error instanceof AppError) || !NOT_THERE.includes(error.code)) throw error;
        problems.push(`it is not installed in the team ${teamId}, or there is no such team (${error.code})`);
      }
    }
    return {
      problems,
      fine: `it is installed in ${teamIds.length === 1 ? 'the team' : `each of ${teamIds.length} teams`} of the file`,
    };
  },
  mend: () =>
    'Portal: Teams admin center > Teams apps > Manage apps > Hallpass (upload the zip of manifest/teams.md, allow it), then in each team above: Manage team > Apps > Hallpass.',
  show: () => 'Portal: Teams admin center > Teams apps > Manage apps > Hallpass.',
};
