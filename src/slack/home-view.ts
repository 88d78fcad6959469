import type { HomeView as SlackHomeView, KnownBlock } from '@slack/types';
import type { HeldGrant, HomeView } from '../chat/views.ts';
import { VIEW_IDS } from './action-ids.ts';
import { button, buttons, context, header, plainSection, section } from './blocks.ts';
import { localTime } from './instants.ts';
import { inMrkdwn } from './mrkdwn.ts';
import { refusedBlocks } from './requester-card.ts';

/** Two blocks an entry; three lists of these and their headings stay under Slack's 100 blocks. */
const ENTRIES_SHOWN = 12;

/** What one person holds and waits for, and the way to ask for more. `zone`: that person's, where Slack tells it. */
export function homeView(view: HomeView, zone?: string): SlackHomeView {
  return {
    type: 'home',
    callback_id: VIEW_IDS.home,
    blocks: [...buttons(button('ask', 'Request access', 'new', { style: 'primary' })), ...holdings(view, zone)],
  };
}

export function refusedHome(refusal: Parameters<typeof refusedBlocks>[0]): SlackHomeView {
  return { type: 'home', callback_id: VIEW_IDS.home, blocks: refusedBlocks(refusal) };
}

/** The same lists, for Home and for `/access mine`. */
export function holdings(view: HomeView, zone?: string): KnownBlock[] {
  if (view.held.length + view.waiting.length + view.recent.length === 0) {
    return [
      header('You hold nothing right now'),
      plainSection('Ask for access when you need it: press “Request access” or type /access. It ends by itself.'),
    ];
  }
  return [
    header('You hold'),
    ...list(view.held, (grant) => heldEntry(grant, zone), 'Nothing right now.'),
    ...(view.waiting.length === 0 ? [] : [header('Waiting'), ...list(view.waiting, waitingEntry, '')]),
    ...(view.recent.length === 0 ? [] : [header('Recent'), ...list(view.recent, (entry) => recentEntry(entry, zone), '')]),
  ];
}

function list<T>(entries: readonly T[], draw: (entry: T) => KnownBlock, none: string): KnownBlock[] {
  if (entries.length === 0) return [plainSection(none)];
  const more = entries.length - ENTRIES_SHOWN;
  return [...entries.slice(0, ENTRIES_SHOWN).map(draw), ...(more > 0 ? [context(`… and ${more} more`)] : [])];
}

function heldEntry(grant: HeldGrant, zone: string | undefined): KnownBlock {
  const until = grant.endsAt === undefined ? '' : ` until ${localTime(grant.endsAt, zone)}`;
  const ending = grant.status === 'ending' ? ' · ending …' : '';
  return {
    ...section(`🔓 *${inMrkdwn(grant.entitlement.name)}*${until}${ending}`),
    ...(grant.canRelease
      ? { accessory: button('release', 'I’m done', grant.caseId, { says: `Give back ${grant.entitlement.name} now` }) }
      : {}),
  };
}

function waitingEntry(grant: HeldGrant): KnownBlock {
  const what = grant.status === 'giving' ? 'access is being given …' : 'waiting for a decision';
  return {
    ...section(`⏳ *${inMrkdwn(grant.entitlement.name)}* · ${what}`),
    ...(grant.canWithdraw
      ? {
          accessory: button('withdraw', 'Withdraw', grant.caseId, { says: `Withdraw the request for ${grant.entitlement.name}` }),
        }
      : {}),
  };
}

function recentEntry({ entitlement, outcome }: HomeView['recent'][number], zone: string | undefined): KnownBlock {
  const when = outcome.confirmedAt ?? outcome.at;
  return section(
    `*${inMrkdwn(entitlement.name)}* · ${inMrkdwn(outcome.sentence)}${when === undefined ? '' : ` · ${localTime(when, zone)}`}`,
  );
}
