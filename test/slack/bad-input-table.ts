import {
  buttonPress,
  FORM,
  formOf,
  OTHER_WORKSPACE,
  requestSubmission,
  RITA,
  signed,
  slashCommand,
  WORKSPACE,
} from './payload-samples.ts';

export interface Sent {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

export const now = () => Math.floor(Date.now() / 1_000);
export const form = (body: string, headers: Readonly<Record<string, string>> = signed(body)): Sent => ({
  body,
  headers: { ...headers, 'content-type': FORM },
});
export const json = (payload: unknown): Sent => {
  const body = JSON.stringify(payload);
  return { body, headers: { ...signed(body), 'content-type': 'application/json' } };
};
export const press = (more: Readonly<Record<string, unknown>> = {}, caseId = 'case0001') =>
  formOf({ payload: JSON.stringify(buttonPress('approve', caseId, more)) });
export const homeOpened = (more: Readonly<Record<string, unknown>> = {}) => ({
  type: 'event_callback',
  team_id: WORKSPACE,
  event_id: `Ev${Math.random()}`,
  event: { type: 'app_home_opened', user: RITA, channel: 'D0RITA0001', tab: 'home', event_ts: '1.1' },
  authorizations: [
    { team_id: WORKSPACE, enterprise_id: null, user_id: 'U0HALLPASS', is_bot: true, is_enterprise_install: false },
  ],
  is_ext_shared_channel: false,
  ...more,
});
const command = (more: Readonly<Record<string, string>> = {}) =>
  formOf({ ...slashCommand('https://hooks.slack.com/commands/T0PLAYGRND/1/x'), ...more });
const cut = (text: string) => text.slice(0, -20);

/** Each lie with its twin: the same input without it. */
export const BAD_INPUT: readonly (readonly [string, number, string, () => Sent, () => Sent])[] = [
  ['no signature', 401, 'chat.signature-unsigned', () => form(press(), {}), () => form(press())],
  [
    'a signature by another secret',
    401,
    'chat.signature-forged',
    () => form(press(), signed(press(), now(), 'another')),
    () => form(press()),
  ],
  [
    'a signature of another body',
    401,
    'chat.signature-forged',
    () => form(press({}, 'case0002'), signed(press())),
    () => form(press()),
  ],
  [
    'a signature of another version',
    401,
    'chat.signature-forged',
    () => {
      const body = press();
      const headers = signed(body);
      return form(body, { ...headers, 'x-slack-signature': headers['x-slack-signature']?.replace('v0', 'v1') ?? '' });
    },
    () => form(press()),
  ],
  [
    'a timestamp that is no number',
    401,
    'chat.signature-forged',
    () => {
      const body = press();
      return form(body, { ...signed(body), 'x-slack-request-timestamp': 'NaN' });
    },
    () => form(press()),
  ],
  ['a request of six minutes ago', 401, 'chat.signature-stale', () => stamped(-360), () => stamped(-240)],
  ['a request from the future', 401, 'chat.signature-future', () => stamped(360), () => stamped(240)],
  [
    'a button of another workspace',
    403,
    'chat.wrong-workspace',
    () => form(press({ team: { id: OTHER_WORKSPACE } })),
    () => form(press()),
  ],
  [
    'somebody of another workspace, through Slack Connect',
    403,
    'chat.wrong-workspace',
    () => form(press({ user: { id: RITA, team_id: OTHER_WORKSPACE } })),
    () => form(press({ user: { id: RITA, team_id: WORKSPACE } })),
  ],
  [
    'an installation for a whole organisation, which names no workspace',
    403,
    'chat.wrong-workspace',
    () => form(press({ team: null })),
    () => form(press({ team: { id: WORKSPACE } })),
  ],
  [
    'an installation for a whole organisation',
    403,
    'chat.wrong-workspace',
    () => form(press({ is_enterprise_install: true })),
    () => form(press({ is_enterprise_install: false })),
  ],
  [
    'a command of another workspace',
    403,
    'chat.wrong-workspace',
    () => form(command({ team_id: OTHER_WORKSPACE })),
    () => form(command()),
  ],
  [
    'a form of another workspace',
    403,
    'chat.wrong-workspace',
    () => form(formOf({ payload: JSON.stringify(requestSubmission({ view: { app_installed_team_id: OTHER_WORKSPACE } })) })),
    () => form(formOf({ payload: JSON.stringify(requestSubmission({ view: { app_installed_team_id: WORKSPACE } })) })),
  ],
  [
    'an event of another workspace',
    403,
    'chat.wrong-workspace',
    () => json(homeOpened({ team_id: OTHER_WORKSPACE })),
    () => json(homeOpened()),
  ],
  [
    'an event authorized for another workspace',
    403,
    'chat.wrong-workspace',
    () => json(homeOpened({ authorizations: [{ team_id: OTHER_WORKSPACE }] })),
    () => json(homeOpened()),
  ],
  [
    'an event out of a channel shared with others',
    403,
    'chat.wrong-workspace',
    () => json(homeOpened({ is_ext_shared_channel: true })),
    () => json(homeOpened()),
  ],
  [
    'a payload that is no JSON',
    400,
    'chat.malformed',
    () => form(formOf({ payload: cut(JSON.stringify(buttonPress('approve', 'case0001'))) })),
    () => form(press()),
  ],
  ['a payload of null', 400, 'chat.malformed', () => form(formOf({ payload: 'null' })), () => form(press())],
  ['an event that is no JSON', 400, 'chat.malformed', () => brokenJson(), () => json(homeOpened())],
  ['a body of null', 400, 'chat.malformed', () => json(null), () => json(homeOpened())],
  [
    'an event without its inside',
    400,
    'chat.malformed',
    () => json(homeOpened({ event: 'app_home_opened' })),
    () => json(homeOpened()),
  ],
  ['a button without anybody who pressed', 400, 'chat.malformed', () => form(press({ user: undefined })), () => form(press())],
  ['a button without a button', 400, 'chat.malformed', () => form(press({ actions: [] })), () => form(press())],
  ['a user id that is none', 400, 'chat.malformed', () => form(press({ user: { id: "U1' or 1 eq 1" } })), () => form(press())],
  [
    'a kind of payload that does not exist',
    400,
    'chat.malformed',
    () => form(press({ type: 'block_magic' })),
    () => form(press()),
  ],
  ['a value far too long for a case id', 400, 'chat.malformed', () => form(press({}, 'x'.repeat(2_001))), () => form(press())],
  ['an empty body', 400, 'chat.malformed', () => form(''), () => form(command())],
  [
    'two megabytes',
    413,
    'chat.too-large',
    () => form(press({ padding: 'x'.repeat(2 * 1024 * 1024) })),
    () => form(press({ padding: 'x'.repeat(20_000) })),
  ],
];

function stamped(offsetSeconds: number): Sent {
  const body = press();
  return form(body, signed(body, now() + offsetSeconds));
}

function brokenJson(): Sent {
  const body = cut(JSON.stringify(homeOpened()));
  return { body, headers: { ...signed(body), 'content-type': 'application/json' } };
}
