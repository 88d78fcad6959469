import { AppError } from '../../access/core/app-error.ts';
import { suggestionAnswer } from './block-elements.ts';
import { elementsOf } from './block-kit-check.ts';
import type { Delivered, Delivery } from './delivery.ts';
import { createEventDelivery } from './event-delivery.ts';
import { createFormFilling, type FormValues } from './form-filling.ts';
import { actionOf, createPayloads, messageState, type Standing } from './payloads.ts';
import type { ResponseUrls } from './response-urls.ts';
import type { Problem } from '../shape.ts';
import type { SlackBlock, SlackChannel } from './slack-objects.ts';
import { isWire, type Wire, wordOf } from '../wire.ts';
import { applySubmissionAnswer } from './submission-answer.ts';
import type { TriggerIds } from './trigger-ids.ts';
import { type Entered, optionsOf } from './view-state.ts';
import type { Workspace } from './workspace.ts';

/** An `external_select` asks from this many characters on unless it says otherwise. */
const MIN_QUERY_CHARS = 3;

/** Where a person acts: a message in a channel, or a view (modal or Home) of theirs. */
export type Place = { readonly channelId: string; readonly ts: string } | { readonly viewId: string };

/** What a person's deed came to. `not-sent`: the Slack client itself held it back, the app heard nothing. */
export type Deed = Delivered | { readonly outcome: 'not-sent'; readonly errors: Readonly<Record<string, string>> };
export type Searched = Deed & { readonly options: readonly Wire[] };

export interface PeopleOptions {
  readonly workspace: Workspace;
  readonly delivery: Delivery;
  readonly triggers: TriggerIds;
  readonly responseUrls: ResponseUrls;
  readonly retryPausesMs: readonly number[];
  readonly usesSocket: () => boolean;
}

export type SlackPeople = ReturnType<typeof createPeople>;

const notSent = (key: string, why: string): Extract<Deed, { outcome: 'not-sent' }> => ({
  outcome: 'not-sent',
  errors: { [key]: why },
});

/** The people of the workspace with a Slack client in their hands; each deed resolves with what the app answered. */
export function createPeople(options: PeopleOptions) {
  const { workspace, delivery, triggers, responseUrls } = options;
  const { app } = workspace.seed;
  const payloads = createPayloads(workspace);
  const forms = createFormFilling(workspace);
  const events = createEventDelivery(delivery, options.retryPausesMs);

  function person(userId: string): void {
    const user = workspace.users.get(userId);
    if (!user || user.isBot) throw new AppError('playground.nobody', `no such person in Slack: ${userId}`);
  }

  function channelFor(userId: string, channelId: string | undefined): SlackChannel {
    if (channelId === undefined) return workspace.openIm(userId).channel;
    const channel = workspace.channels.get(channelId);
    if (channel?.members.includes(userId)) return channel;
    throw new AppError('playground.not-there', `${userId} is not in the channel ${channelId}`);
  }

  function standingAt(userId: string, place: Place): { readonly where: Standing; readonly blocks: readonly SlackBlock[] } {
    if ('viewId' in place) {
      const found = workspace.findView((view) => view.id === place.viewId);
      if (found?.userId !== userId) throw new AppError('playground.not-there', `${userId} does not see the view ${place.viewId}`);
      return { where: { view: found.view }, blocks: found.view.blocks };
    }
    const channel = channelFor(userId, place.channelId);
    const ephemeral = workspace.ephemeralOf(channel.id, place.ts);
    const message = ephemeral?.userId === userId ? ephemeral.message : workspace.messageOf(channel.id, place.ts);
    if (!message) throw new AppError('playground.not-there', `${userId} sees no message ${place.ts}`);
    const attached = (message.attachments ?? []).flatMap((part) => (Array.isArray(part['blocks']) ? part['blocks'] : []));
    const blocks = [...(message.blocks ?? []), ...(attached as SlackBlock[])];
    return { where: { channel, message, ephemeral: ephemeral !== undefined }, blocks };
  }

  function elementIn(blocks: readonly SlackBlock[], actionId: string, blockId: string | undefined) {
    for (const block of blocks.filter((candidate) => blockId === undefined || candidate.block_id === blockId)) {
      const element = elementsOf(block).find((candidate) => candidate['action_id'] === actionId);
      if (element) return { block, element };
    }
    throw new AppError('playground.no-element', `there is no ${blockId ?? ''}/${actionId} to press`);
  }

  function urlsFor(userId: string, where: Standing) {
    if ('view' in where) return { triggerId: triggers.issue(userId, where.view.id), responseUrl: undefined };
    const responseUrl = responseUrls.issue('actions', userId, where.channel.id, where.message.ts);
    return { triggerId: triggers.issue(userId), responseUrl };
  }

  return {
    /** Types a command into a channel (their direct conversation with the app when none is named). */
    async slashCommand(userId: string, command: string, text = '', channelId?: string): Promise<Deed> {
      person(userId);
      if (app.commands !== 'any' && !app.commands.includes(command)) {
        workspace.notice(userId, `${command} is not a valid command.`);
        return notSent(command, 'not a valid command');
      }
      const channel = channelFor(userId, channelId);
      const urls = { triggerId: triggers.issue(userId), responseUrl: responseUrls.issue('commands', userId, channel.id) };
      const delivered = await delivery.send('slash_commands', payloads.slashCommand(userId, channel, command, text, urls));
      if (delivered.outcome === 'failed') workspace.notice(userId, `${command} failed with the error “${delivered.shown}”.`);
      else if (delivered.body !== undefined) {
        const body = isWire(delivered.body) ? delivered.body : { text: wordOf(delivered.body) };
        if (Object.keys(body).length > 0) responseUrls.respond(userId, channel.id, body);
      }
      return delivered;
    },

    /** Opens the app's Home tab. Slack tells the app, where it subscribed, and does not wait for the view. */
    async openHome(userId: string): Promise<Deed> {
      person(userId);
      if (app.events !== 'any' && !app.events.includes('app_home_opened'))
        return notSent('app_home_opened', 'the app did not subscribe to it');
      const { channel } = workspace.openIm(userId);
      const view = workspace.homeOf(userId);
      const event = { type: 'app_home_opened', user: userId, channel: channel.id, tab: 'home', event_ts: workspace.nextTs() };
      return await events.send(payloads.event(view ? { ...event, view } : event));
    },

    /** Presses a button, or chooses in a menu (`choice`); `values` is what stands in the view's other fields. */
    async press(
      userId: string,
      place: Place,
      actionId: string,
      blockId?: string,
      more: { readonly choice?: Entered; readonly values?: FormValues } = {},
    ): Promise<Deed> {
      person(userId);
      if (!app.interactivity) return notSent('interactivity', 'the manifest does not switch it on');
      const { where: before, blocks } = standingAt(userId, place);
      const { block, element } = elementIn(blocks, actionId, blockId);
      const where = 'view' in before ? { view: forms.fill(userId, before.view, more.values ?? {}).view } : before;
      const written = forms.choose(where, block, element, more.choice);
      if (!written.ok) return notSent(block.block_id, written.why);
      const action = actionOf(element, block.block_id, written.entry, workspace.nextTs());
      const values = 'view' in where ? {} : messageState(where.message, block.block_id, actionId, written.entry);
      const payload = payloads.blockActions(userId, where, action, values, urlsFor(userId, where));
      const delivered = await delivery.send('interactive', payload);
      if (delivered.outcome === 'failed') workspace.notice(userId, `That did not work (${delivered.shown}).`);
      return delivered;
    },

    /** Types into an `external_select`; the options that the app offered can be chosen afterwards. */
    async search(userId: string, place: Place, blockId: string, actionId: string, query: string): Promise<Searched> {
      person(userId);
      const { where, blocks } = standingAt(userId, place);
      const { element } = elementIn(blocks, actionId, blockId);
      const least = typeof element['min_query_length'] === 'number' ? element['min_query_length'] : MIN_QUERY_CHARS;
      if (query.length < least) return { ...notSent(blockId, `type at least ${least} characters`), options: [] };
      if (!options.usesSocket() && !app.optionsUrl) {
        return { ...notSent(blockId, 'the manifest has no message_menu_options_url'), options: [] };
      }
      const delivered = await delivery.send('interactive', payloads.blockSuggestion(userId, where, blockId, actionId, query));
      if (delivered.outcome === 'failed') return { ...delivered, options: [] };
      const problems: Problem[] = [];
      suggestionAnswer(delivered.body, '', problems);
      if (problems.length > 0 || !isWire(delivered.body)) {
        workspace.notice(userId, 'The menu could not be loaded.');
        return { outcome: 'failed', shown: 'dispatch_failed', ms: delivered.ms, noRetry: false, options: [] };
      }
      const found = optionsOf(delivered.body);
      forms.offer(where, blockId, actionId, found);
      return { ...delivered, options: found };
    },

    /** Fills the modal on top and sends it, if the client lets it go; the app's answer is applied to the screen. */
    async submitView(userId: string, viewId: string, values: FormValues): Promise<Deed> {
      person(userId);
      const top = workspace.modalsOf(userId).at(-1);
      if (top?.id !== viewId) throw new AppError('playground.not-there', `the view ${viewId} is not on top for ${userId}`);
      const { view, errors: refused } = forms.fill(userId, top, values);
      const errors = { ...forms.objections(view), ...refused };
      if (Object.keys(errors).length > 0) {
        workspace.setFieldErrors(viewId, errors);
        return { outcome: 'not-sent', errors };
      }
      const payload = payloads.viewSubmission(userId, view, triggers.issue(userId, view.id));
      return applySubmissionAnswer(workspace, userId, view, await delivery.send('interactive', payload));
    },

    /** Closes the modal on top, or all of them; the app hears of it where the view asked for that. */
    async closeView(userId: string, viewId: string): Promise<Deed | undefined> {
      person(userId);
      const stack = workspace.modalsOf(userId);
      const view = stack.find((candidate) => candidate.id === viewId);
      if (!view) return undefined;
      const all = view['clear_on_close'] === true;
      workspace.setModals(userId, all ? [] : stack.slice(0, stack.indexOf(view)));
      if (view['notify_on_close'] !== true) return undefined;
      return await delivery.send('interactive', payloads.viewClosed(userId, view, all));
    },

    /** Any other event, in the envelope of the Events API. */
    deliverEvent: async (event: Wire): Promise<Delivered> => await events.send(payloads.event(event)),
    close: () => events.close(),
  };
}
