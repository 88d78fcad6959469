import { html } from 'hono/html';
import type { ChatAccount } from '../../flows/link.ts';
import type { Clock } from '../access/core/clock.ts';
import type { Person } from '../access/core/person.ts';
import type { LinkDesk } from '../bot/link-desk.ts';
import type { Names } from '../chat/names.ts';
import type { SlackSignIn } from '../identity/slack-sign-in.ts';
import type { ConsoleParts } from './console.ts';
import { LINK_PATH, LINKS_PATH } from './link-pages.ts';
import { linkRoom } from './link-room.ts';
import { createLinkVisits } from './link-visits.ts';
import { linksRoom } from './links-room.ts';

export interface LinkingParts {
  readonly desk: LinkDesk;
  readonly signIn: SlackSignIn;
  readonly names: Pick<Names, 'known'>;
  /** Accounts that the configuration names for this person. */
  readonly namedFor: (person: Person) => readonly ChatAccount[];
  /** As the configuration calls a tenant. */
  readonly tenantName: (tenantId: string) => string;
  /** 32 bytes; see `console.cookieKey`. */
  readonly cookieKey: Uint8Array;
  readonly transportClock: Clock;
}

/** Where Slack sends the browser back to, below the console's origin; registered with the Slack app. */
export const SLACK_CALLBACK = `${LINK_PATH}/slack`;

/** What linking adds to the console: its pages, and the section on the first one. */
export function linkingRooms(parts: LinkingParts): Pick<Required<ConsoleParts>, 'rooms' | 'myLinks'> {
  const visits = createLinkVisits(parts.transportClock, parts.cookieKey);
  return {
    rooms: [linkRoom({ ...parts, visits }), linksRoom(parts)],
    myLinks: ({ person }) => {
      const count = parts.desk.ofPerson(person).length + parts.namedFor(person).length;
      const said = count === 0 ? 'No Slack account is linked to yours.' : 'Your Slack account is linked.';
      return Promise.resolve(
        html`<p>${said} <a href="${LINKS_PATH}">${count === 0 ? 'Link one' : 'See it, or unlink it'}</a></p>`,
      );
    },
  };
}
