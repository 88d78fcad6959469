import { AppError } from '../../../access/core/app-error.ts';
import type { Check } from '../check.ts';
import type { SlackParts } from './slack-parts.ts';

/** As long as Slack makes them, and made of these. */
const SIGNING_SECRET = /^[0-9a-f]{32}$/;

const ROTATING =
  'slack.previousSigningSecret is taken too: remove it when hallpass_slack_previous_secret_total of the bot no longer grows';

/** How clicks come in: signed over HTTP, or over Slack's own socket. */
export const slackDelivery: Check<SlackParts> = {
  id: 'slack-delivery',
  title: 'Signing and delivery',
  async look(parts) {
    const { slack, signingSecret } = parts;
    if (slack.mode === 'http') {
      const fine = 'signed requests over HTTP; whether Slack holds the same secret shows with the first click';
      return SIGNING_SECRET.test(signingSecret?.reveal() ?? '')
        ? { fine, warnings: slack.previousSigningSecret === undefined ? [] : [ROTATING] }
        : { problems: ['slack.signingSecret is no signing secret: Slack’s are 32 characters of 0-9 and a-f'], fine };
    }
    const fine = 'Socket Mode; Slack would open a connection';
    try {
      await parts.socket();
      return { fine };
    } catch (error) {
      const refused = ['chat.unauthorized', 'chat.forbidden'];
      if (!(error instanceof AppError) || !refused.includes(error.code)) throw error;
      return { problems: [error.message], fine };
    }
  },
  mend: ({ slack }) =>
    slack.mode === 'http'
      ? 'Portal: api.slack.com/apps > Hallpass > Basic Information > Signing Secret: put it where slack.signingSecret points.'
      : 'Portal: api.slack.com/apps > Hallpass > Basic Information > App-Level Tokens: make one with connections:write, put it where slack.appToken points.',
  show: () => 'Portal: api.slack.com/apps > Hallpass > Basic Information.',
};
