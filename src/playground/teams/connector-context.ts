import type { SendLimits } from './send-limits.ts';
import type { TeamsModel } from './teams-model.ts';
import type { TeamsMessage } from './teams-objects.ts';

export interface ConnectorContext {
  readonly model: TeamsModel;
  readonly limits: SendLimits;
  readonly serviceUrl: () => string;
}

export function addBotMessage(
  model: TeamsModel,
  conversationId: string,
  content: Pick<TeamsMessage, 'text' | 'cards'>,
  root?: string,
): TeamsMessage {
  const message: TeamsMessage = {
    id: model.nextId(),
    conversationId,
    fromId: model.botId,
    byBot: true,
    ...content,
    at: new Date().toISOString(),
    edited: false,
    ownCards: {},
    ...(root === undefined ? {} : { replyToId: root }),
  };
  model.putMessage(message);
  return message;
}
