import { AppError } from '../../../access/core/app-error.ts';
import type { Check } from '../check.ts';
import type { SlackParts } from './slack-parts.ts';

const PORTAL =
  'Portal: api.slack.com/apps > Hallpass > Install App: install it in the workspace, put the Bot User OAuth Token where slack.botToken points.';

/** Whether Slack takes the bot token, and in which workspace. */
export const slackToken: Check<SlackParts> = {
  id: 'slack-token',
  title: 'Bot token and workspace',
  async look({ slack, who }) {
    const fine = `a bot of workspace ${slack.workspaceId}`;
    try {
      const { team_id: teamId, bot_id: botId } = await who();
      if (teamId !== slack.workspaceId)
        return {
          problems: [`the token is of workspace ${teamId}, and slack.workspaceId says ${slack.workspaceId}`],
          mend: `Set slack.workspaceId to ${teamId}, or take the token of the right workspace.`,
          fine,
        };
      return botId === undefined ? { problems: ['the token is a person’s, not a bot’s (xoxb-)'], fine } : { fine };
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'chat.unauthorized') throw error;
      return { problems: [error.message], fine };
    }
  },
  mend: () => PORTAL,
  show: ({ slack }) => `curl -sS -H "Authorization: Bearer $SLACK_BOT_TOKEN" ${slack.apiUrl}auth.test`,
};
