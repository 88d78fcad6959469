import { createExchangeLog } from '../../src/playground/exchange-log.ts';
import { TEAMS } from '../../src/playground/cast.ts';
import { bareTeams, card } from '../playground/teams/bare-teams.ts';
import type { CheckLine } from './cards.ts';

const BUTTONS = card({
  actions: [
    { type: 'Action.Execute', verb: 'a', title: 'A' },
    { type: 'Action.Submit', title: 'B' },
  ],
});

/** What the playground's Teams delivers to a bot: every kind of activity, as people cause them. */
export async function activityLines(): Promise<readonly CheckLine[]> {
  const { call, received, teams, stop } = await bareTeams({ exchanges: createExchangeLog({ file: '' }) });
  try {
    await teams.people.install('rita');
    await teams.people.say('rita', 'request');
    await teams.people.say('anna', 'request', TEAMS.approversConversationId);
    const attachments = [{ contentType: 'application/vnd.microsoft.card.adaptive', content: BUTTONS }];
    const chat = String(received[0] === undefined ? '' : Reflect.get(Object(received[0]['conversation']), 'id'));
    const posted = await call('POST', `conversations/${chat}/activities`, { type: 'message', attachments });
    const id = String(posted.body?.['id']);
    await teams.people.pressAction('rita', chat, id, 'a');
    await teams.people.submitAction('rita', chat, id);
  } finally {
    await stop();
  }
  return received.map((body) => ({
    kind: 'activity',
    label: `Teams delivers: ${String(body['type'])}`,
    body: withBareEntities(body),
  }));
}

/** The published Entity names its `type` alone, although each type has properties of its own (Bot Framework Activity, A4). */
function withBareEntities(activity: Readonly<Record<string, unknown>>): object {
  const entities = Array.isArray(activity['entities']) ? activity['entities'] : [];
  return { ...activity, entities: entities.map((entity: { readonly type: string }) => ({ type: entity.type })) };
}
