import type { ModalView } from '@slack/types';
import { button, buttons, confirmation, plainSection } from './blocks.ts';
import { type Clicker, type Counter } from './counter.ts';
import { detailsModal } from './details-modal.ts';
import { holdings } from './home-view.ts';
import { answerModal } from './notice-modal.ts';
import type { SlashCommand } from './payloads.ts';
import { requestForm } from './request-form.ts';

/**
 * `/access` opens the form, `mine` shows what one holds, `unlink` ends the link of this account, `doctor` examines Hallpass for operators; anything
 * else says so.
 */
export async function onCommand(counter: Counter, command: SlashCommand): Promise<void> {
  const clicker: Clicker = {
    actor: { platform: 'slack', workspaceId: counter.workspaceId, userId: command.user_id },
    triggerId: command.trigger_id,
    responseUrl: command.response_url,
    channelId: command.channel_id,
  };
  const word = command.text.trim().toLowerCase();
  // First: whoever's link is in conflict with the configuration is nobody, and is told to type this.
  if (word === 'unlink') return askToUnlink(counter, clicker);
  const stranger = counter.desk.stranger(clicker.actor);
  if (stranger !== undefined) return counter.tell(clicker, { done: false, ...stranger });
  if (word === '') return counter.open(clicker, 'Request access', requestForm(counter, clicker.actor));
  if (word === 'mine') return showMine(counter, clicker);
  if (word === 'doctor') return counter.open(clicker, 'Doctor', examined(counter, clicker));
  await counter.tell(clicker, {
    done: false,
    code: 'chat.unknown-command',
    reason: 'I do not know that command.',
    hint: `Type ${command.command} to ask for access, ${command.command} mine to see what you hold, or ${command.command} unlink. Operators type ${command.command} doctor.`,
  });
}

/** Takes longer than Slack waits: the window opens at once, and is filled when everything was looked at. */
async function examined({ desk }: Counter, { actor }: Clicker): Promise<ModalView> {
  const view = await desk.doctor(actor);
  return 'refusal' in view ? answerModal({ done: false, ...view.refusal }) : detailsModal(view, 'Doctor');
}

async function showMine(counter: Counter, clicker: Clicker): Promise<void> {
  try {
    const [home, zone] = await Promise.all([counter.desk.home(clicker.actor), counter.zones.soon(clicker.actor.userId)]);
    if ('refusal' in home) return await counter.tell(clicker, { done: false, ...home.refusal });
    await counter.show(clicker, 'What you hold and wait for', holdings(home, zone));
  } catch (error) {
    await counter.tell(clicker, counter.sorry(error, 'show what somebody holds'));
  }
}

async function askToUnlink(counter: Counter, clicker: Clicker): Promise<void> {
  const found = await counter.desk.linked(clicker.actor);
  if ('refusal' in found) return counter.tell(clicker, { done: false, ...found.refusal });
  const confirm = confirmation(
    'Unlink this account?',
    'Hallpass will not know you here until you link it again.',
    'Unlink',
    'Keep it',
  );
  const row = buttons(button('unlink', 'Unlink', 'this', { style: 'danger', says: 'Unlink this Slack account', confirm }));
  await counter.show(clicker, 'Unlink this account?', [plainSection(found.sentence), ...row]);
}
