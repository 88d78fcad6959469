import { randomUUID } from 'node:crypto';
import { AppError } from '../../access/core/app-error.ts';
import type { ActivityPlace } from './activities.ts';
import { findAction, inputObjections } from './card-actions.ts';
import { checkCard } from './card-check.ts';
import { type Delivered, SOMETHING_WENT_WRONG } from './delivery.ts';
import type { Deed } from './people.ts';
import type { TeamsModel } from './teams-model.ts';
import type { TeamsMessage, TeamsUser } from './teams-objects.ts';
import { isWire, type Wire } from '../wire.ts';

export interface DialogsOptions {
  readonly model: TeamsModel;
  readonly invoke: (user: TeamsUser, place: ActivityPlace, name: string, value: Wire, replyToId?: string) => Promise<Delivered>;
}

/**
 * Dialogs of bots: `task/fetch` and `task/submit`, answered with `{task: {type: 'continue' | 'message', value}}`.
 * @see https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/task-modules/task-modules-bots
 */
export function createDialogs({ model, invoke }: DialogsOptions) {
  const close = (user: TeamsUser, dialogId: string) =>
    model.setDialogs(
      user.id,
      model.dialogsOf(user.id).filter((dialog) => dialog.dialogId !== dialogId),
    );

  /** Shows what the bot answered to either invoke; no body closes the dialog. */
  function show(user: TeamsUser, conversationId: string, replyToId: string | undefined, delivered: Delivered): Deed {
    if (delivered.outcome === 'failed') return delivered;
    const task = isWire(delivered.body) ? delivered.body['task'] : undefined;
    if (task === undefined) return delivered;
    const value = isWire(task) ? task['value'] : undefined;
    if (isWire(task) && task['type'] === 'message' && typeof value === 'string') {
      model.notice(user.id, conversationId, value);
      return delivered;
    }
    const attachment = isWire(value) ? value['card'] : undefined;
    const card = isWire(attachment) ? attachment['content'] : undefined;
    if (!isWire(task) || task['type'] !== 'continue' || !isWire(value) || !isWire(card) || checkCard(card).length > 0) {
      model.notice(user.id, conversationId, SOMETHING_WENT_WRONG);
      return { outcome: 'failed', shown: SOMETHING_WENT_WRONG, status: delivered.status, ms: delivered.ms };
    }
    const title = typeof value['title'] === 'string' ? value['title'] : '';
    const dialog = { dialogId: randomUUID(), title, card, conversationId, ...(replyToId === undefined ? {} : { replyToId }) };
    model.setDialogs(user.id, [...model.dialogsOf(user.id), dialog]);
    return delivered;
  }

  return {
    isFetch: (data: Wire): boolean => isWire(data['msteams']) && data['msteams']['type'] === 'task/fetch',
    async open(user: TeamsUser, place: ActivityPlace, message: TeamsMessage, data: Wire): Promise<Deed> {
      const value = { data, context: { theme: 'default' }, tabContext: null };
      return show(user, message.conversationId, message.id, await invoke(user, place, 'task/fetch', value, message.id));
    },
    async submit(user: TeamsUser, dialogId: string, data: Wire): Promise<Deed> {
      const dialog = model.dialogsOf(user.id).find((open) => open.dialogId === dialogId);
      const conversation = dialog && model.conversations.get(dialog.conversationId);
      if (!dialog || !conversation) throw new AppError('playground.not-there', 'that dialog is not open');
      const action = findAction([dialog.card], (one) => one['type'] === 'Action.Submit', data);
      const errors = inputObjections([dialog.card], data, action);
      if (Object.keys(errors).length > 0) return { outcome: 'not-sent', errors };
      const value = { data: { ...(action['data'] as Wire | undefined), ...data }, context: { theme: 'default' } };
      const delivered = await invoke(user, { conversation, threadId: dialog.replyToId }, 'task/submit', value, dialog.replyToId);
      if (delivered.outcome === 'answered') close(user, dialogId);
      return show(user, dialog.conversationId, dialog.replyToId, delivered);
    },
  };
}
