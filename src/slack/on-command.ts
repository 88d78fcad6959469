import { type Clicker, type Counter } from './counter.ts';
import { holdings } from './home-view.ts';
import type { SlashCommand } from './payloads.ts';
import { requestForm } from './request-form.ts';

/** `/access` opens the form, `/access mine` shows what one holds; anything else says so. */
export async function onCommand(counter: Counter, command: SlashCommand): Promise<void> {
  const clicker: Clicker = {
    actor: { platform: 'slack', workspaceId: counter.workspaceId, userId: command.user_id },
    triggerId: command.trigger_id,
    responseUrl: command.response_url,
    channelId: command.channel_id,
  };
  const word = command.text.trim().toLowerCase();
  if (word === '') return counter.open(clicker, 'Request access', requestForm(counter, clicker.actor));
  if (word === 'mine') return showMine(counter, clicker);
  await counter.tell(clicker, {
    done: false,
    code: 'chat.unknown-command',
    reason: 'I do not know that command.',
    hint: `Type ${command.command} to ask for access, or ${command.command} mine to see what you hold.`,
  });
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
