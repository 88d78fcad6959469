import { createHmac } from 'node:crypto';

export const WORKSPACE = 'T0PLAYGRND';
export const OTHER_WORKSPACE = 'T0STRANGER';
export const RITA = 'U0RITA00001';
export const ANNA = 'U0ANNA00002';
export const CHANNEL = 'C0APPROVER';
export const SIGNING_SECRET = 'not-a-real-signing-secret';

export const FORM = 'application/x-www-form-urlencoded';

export function formOf(fields: Readonly<Record<string, string>>): string {
  return new URLSearchParams(fields).toString();
}

export function signed(body: string, at = Math.floor(Date.now() / 1_000), secret = SIGNING_SECRET): Record<string, string> {
  const signature = createHmac('sha256', secret).update(`v0:${at}:${body}`).digest('hex');
  return { 'x-slack-request-timestamp': String(at), 'x-slack-signature': `v0=${signature}` };
}

export function slashCommand(responseUrl: string): Record<string, string> {
  return {
    command: '/access',
    text: '',
    team_id: WORKSPACE,
    user_id: RITA,
    channel_id: 'C0ANYWHERE',
    trigger_id: `1.${Math.random()}`,
    response_url: responseUrl,
    is_enterprise_install: 'false',
  };
}

export function buttonPress(
  actionId: string,
  value: string,
  more: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return {
    type: 'block_actions',
    user: { id: ANNA, team_id: WORKSPACE },
    team: { id: WORKSPACE },
    is_enterprise_install: false,
    trigger_id: `1.${Math.random()}`,
    container: { type: 'message', message_ts: '1763733600.000100', channel_id: CHANNEL, is_ephemeral: false },
    channel: { id: CHANNEL },
    actions: [{ type: 'button', action_id: actionId, block_id: 'b', value }],
    ...more,
  };
}

export function requestSubmission(
  more: { readonly view?: Readonly<Record<string, unknown>>; readonly top?: Readonly<Record<string, unknown>> } = {},
): Record<string, unknown> {
  return {
    type: 'view_submission',
    user: { id: RITA, team_id: WORKSPACE },
    team: { id: WORKSPACE },
    is_enterprise_install: false,
    trigger_id: `1.${Math.random()}`,
    view: {
      id: 'V0OPENED01',
      hash: 'h1',
      callback_id: 'request',
      private_metadata: '',
      team_id: WORKSPACE,
      state: {
        values: {
          entitlement: { entitlement: { type: 'static_select', selected_option: { value: 'global-reader' } } },
          'duration:global-reader': { duration: { type: 'static_select', selected_option: { value: '60' } } },
          justification: { justification: { type: 'plain_text_input', value: 'INC-4211: look' } },
        },
      },
      ...more.view,
    },
    ...more.top,
  };
}
