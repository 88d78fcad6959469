import { AppError } from '../../../access/core/app-error.ts';
import { listedFor } from '../../perimeter-setup-permissions.ts';
import type { Check } from '../check.ts';
import type { SlackParts } from './slack-parts.ts';

const manifestOf = (mode: string): string => (mode === 'socket' ? 'manifest/slack-socket.json' : 'manifest/slack.json');

/** What the token may do, against the list in manifest/permissions.json. Slack names it in a header of its answers. */
export const slackScopes: Check<SlackParts> = {
  id: 'slack-scopes',
  title: 'Scopes',
  async look({ who }) {
    const granted = (await who()).response_metadata?.scopes;
    if (granted === undefined)
      throw new AppError('chat.unreadable', 'Slack did not name the scopes of the token', {
        hint: 'Slack’s answer did not name the scopes of the token.',
      });
    const needed = listedFor('slack-app').filter(({ kind }) => kind === 'scope');
    const lacking = needed.filter(({ name }) => !granted.includes(name));
    const more = granted.filter((name) => !needed.some((each) => each.name === name));
    return {
      problems: lacking.map(({ name, why, without }) => `${name} is not granted. ${why} Without it: ${without}`),
      warnings: more.map((name) => `${name} is granted, and nothing needs it: take it out of the app`),
      fine: granted.toSorted().join(', '),
    };
  },
  mend: ({ slack }) =>
    `Portal: api.slack.com/apps > Hallpass > App Manifest: paste ${manifestOf(slack.mode)} with your address, save, then Install App > Reinstall.`,
  show: ({ slack }) =>
    `curl -sS -D - -o /dev/null -H "Authorization: Bearer $SLACK_BOT_TOKEN" ${slack.apiUrl}auth.test | grep -i x-oauth-scopes`,
};
