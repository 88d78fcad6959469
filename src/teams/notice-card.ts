import { button, card, codeLine, ownWords, paragraph, run, small, type Card } from './card-parts.ts';
import { clipped } from './plain-text.ts';

/** One plain sentence. Also a card, since only TextRuns are sure to keep Markdown, links and mentions asleep. */
export function noticeCard(text: string, code?: string): Card {
  return card(text, [paragraph([run(clipped(text, 2000))]), ...codeLine(code)]);
}

/** The answer to `help` and to everything that was not understood. */
export function helpCard(): Card {
  return card(
    'Write request to ask for access, or mine to see what you have.',
    [
      ownWords('Hallpass gives you access for a while', { weight: 'Bolder', size: 'Medium', style: 'heading' }),
      paragraph([run('request', { weight: 'Bolder' }), run(' — ask for a role; approvers decide, and it ends by itself')]),
      paragraph([run('mine', { weight: 'Bolder' }), run(' — what you have, until when, and give it back early')]),
      small('You can also write part of a name: “request reader”.'),
    ],
    [button('form', 'Request access', {}), button('mine', 'What I have', {})],
  );
}
