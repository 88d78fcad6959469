import { z } from 'zod';
import { AppError } from '../../access/core/app-error.ts';
import { APPROVERS_TEAM_GROUP_ID, type CastMember, EVERYBODY } from '../cast.ts';
import type { Playground } from '../playground.ts';
import type { Deed as SlackDeed, Place } from '../slack/people.ts';
import type { Entered } from '../slack/view-state.ts';
import type { Deed as TeamsDeed } from '../teams/people.ts';
import { replaceSecret, shortenSecret } from './tenant-state.ts';

type Done = Readonly<Record<string, unknown>>;
type Action = (playground: Playground, body: unknown) => Promise<Done> | Done;

const persona = z.enum(['rita', 'anna', 'abel', 'sam', 'nora']);
const id = z.string().min(1).max(300);
const record = z.record(z.string(), z.unknown());
const place = z.object({ channelId: id.optional(), ts: id.optional(), viewId: id.optional() });
const element = z.object({ blockId: id, actionId: id });
const inSlack = z.object({ persona, ...place.shape });
/** As state.values has them: block id, action id, entry. */
const values = z.record(z.string(), z.record(z.string(), z.unknown())).default({});
const pressed = z.object({ ...element.shape, selected_option: z.object({ value: z.string() }).nullish() });
const inTeams = z.object({ persona, conversationId: id.optional() });
const cardAction = z.object({
  type: z.enum(['Action.Execute', 'Action.Submit']),
  verb: z.string().nullish(),
  data: record.default({}),
});

/** What the page can do, by its address under /api/. Each body is checked: the page is a client like any other. */
export const ACTIONS: Readonly<Record<string, Action>> = {
  'clock/advance': on(
    z.object({
      ms: z
        .int()
        .positive()
        .max(366 * 24 * 60 * 60_000),
    }),
    ({ clock }, { ms }) => {
      clock.advance(ms);
      return {};
    },
  ),
  'clock/next': on(z.object({}), ({ clock }) => {
    clock.toNextEvent();
    return {};
  }),
  reset: on(z.object({}), async (playground) => {
    await playground.reset();
    return {};
  }),
  'process/kill': on(z.object({ name: z.enum(['bot', 'perimeter']) }), async ({ world }, { name }) => {
    await world[name].kill('SIGKILL');
    return {};
  }),
  'slack/command': on(
    z.object({ persona, text: z.string().regex(/^\/\S/).max(3000), channelId: id.optional() }),
    async ({ world }, body) => {
      const [command = '', ...rest] = body.text.split(' ');
      const channel = body.channelId === 'im' ? undefined : body.channelId;
      return slackAnswer(await world.slack.people.slashCommand(slackId(body.persona), command, rest.join(' '), channel));
    },
  ),
  'slack/home': on(inSlack, async ({ world }, body) => slackAnswer(await world.slack.people.openHome(slackId(body.persona)))),
  'slack/action': on(z.object({ ...inSlack.shape, action: pressed, values }), async ({ world }, body) => {
    const choice: Entered | undefined = body.action.selected_option?.value;
    const more = { values: body.values, ...(choice === undefined ? {} : { choice }) };
    const { actionId, blockId } = body.action;
    return slackAnswer(await world.slack.people.press(slackId(body.persona), placeOf(body), actionId, blockId, more));
  }),
  'slack/options': on(z.object({ ...inSlack.shape, ...element.shape, query: z.string().max(200) }), async ({ world }, body) => {
    const { blockId, actionId, query } = body;
    const found = await world.slack.people.search(slackId(body.persona), placeOf(body), blockId, actionId, query);
    return { ...slackAnswer(found), options: found.options };
  }),
  'slack/submit': on(z.object({ persona, viewId: id, values }), async ({ world }, body) =>
    slackAnswer(await world.slack.people.submitView(slackId(body.persona), body.viewId, body.values)),
  ),
  'slack/close': on(z.object({ persona, viewId: id }), async ({ world }, body) => {
    await world.slack.people.closeView(slackId(body.persona), body.viewId);
    return {};
  }),
  'teams/message': on(z.object({ ...inTeams.shape, text: z.string().min(1).max(5000) }), async ({ world }, body) => {
    const conversation = body.conversationId === 'personal' ? undefined : body.conversationId;
    return teamsAnswer(await world.teams.people.say(body.persona, body.text, conversation));
  }),
  'teams/action': on(z.object({ persona, conversationId: id, messageId: id, action: cardAction }), async ({ world }, body) => {
    const { people } = world.teams;
    const { type, verb, data } = body.action;
    return teamsAnswer(
      type === 'Action.Execute'
        ? await people.pressAction(body.persona, body.conversationId, body.messageId, verb ?? '', data)
        : await people.submitAction(body.persona, body.conversationId, body.messageId, data),
    );
  }),
  'teams/dialog': on(z.object({ persona, dialogId: id, action: cardAction }), async ({ world }, body) =>
    teamsAnswer(await world.teams.people.submitDialog(body.persona, body.dialogId, body.action.data)),
  ),
  'teams/close': on(z.object({ persona, dialogId: id }), ({ world }, body) => {
    world.teams.people.closeDialog(body.persona, body.dialogId);
    return {};
  }),
  'tenant/elevate': on(z.object({}), ({ world }) => {
    world.microsoft.tenant.elevate();
    return {};
  }),
  'tenant/lower': on(z.object({}), ({ world }) => {
    world.microsoft.tenant.unelevate();
    return {};
  }),
  'tenant/shorten': on(z.object({ keyId: id }), ({ world, clock }, { keyId }) => {
    shortenSecret(world.microsoft.tenant, keyId, clock.now());
    return {};
  }),
  'tenant/replace': on(z.object({ applicationId: id, keyId: id }), ({ world, clock }, body) => {
    replaceSecret(world.microsoft.tenant, body.applicationId, body.keyId, clock.now());
    return {};
  }),
  'tenant/team': on(z.object({ open: z.boolean() }), ({ world }, { open }) => {
    world.microsoft.tenant.openTeam(APPROVERS_TEAM_GROUP_ID, open);
    return {};
  }),
  'tenant/fault': on(z.object({ id, on: z.boolean() }), ({ world }, body) => {
    world.microsoft.faults.turn(body.id, body.on);
    return {};
  }),
};

function on<S extends z.ZodType>(schema: S, run: (playground: Playground, body: z.infer<S>) => Promise<Done> | Done): Action {
  return (playground, body) => {
    const parsed = schema.safeParse(body);
    if (!parsed.success)
      throw new AppError('usage.invalid', `That cannot be done: ${parsed.error.issues[0]?.message ?? 'wrong form'}.`);
    return run(playground, parsed.data);
  };
}

function slackId(key: CastMember['key']): string {
  return EVERYBODY.find((member) => member.key === key)?.slackUserId ?? '';
}

function placeOf(body: z.infer<typeof place>): Place {
  if (body.viewId !== undefined) return { viewId: body.viewId };
  if (body.channelId !== undefined && body.ts !== undefined) return { channelId: body.channelId, ts: body.ts };
  throw new AppError('usage.invalid', 'That cannot be done: it is not said where.');
}

/** Field errors stand beside their fields; a failed delivery is told as Slack tells it, and why it may be. */
function slackAnswer(deed: SlackDeed): Done {
  if (deed.outcome !== 'failed') return {};
  throw new AppError(
    'playground.no-answer',
    `Slack says: ${deed.shown.replaceAll('_', ' ')}. The bot did not answer in three seconds.`,
    {
      hint: 'Is it running? The tenant’s column says so.',
    },
  );
}

function teamsAnswer(deed: TeamsDeed): Done {
  if (deed.outcome === 'not-sent') throw new AppError('playground.not-sent', Object.values(deed.errors).join(' ') || 'Not sent.');
  return {};
}
