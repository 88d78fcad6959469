import type { Hono } from 'hono';
import { z } from 'zod';
import type { ChatAccount } from '../../flows/link.ts';
import { AppError } from '../access/core/app-error.ts';
import { type Person, samePerson } from '../access/core/person.ts';
import { type LinkDesk, notThere } from '../bot/link-desk.ts';
import type { Link } from '../bot/links.ts';
import type { Names } from '../chat/names.ts';
import { named } from '../chat/projections/words.ts';
import { allLinksPage, LINKS_PATH, myLinksPage, type ShownLink, unlinkPage } from './link-pages.ts';
import { refused } from './link-room.ts';
import { ownForm } from './own-form.ts';
import type { ConsoleEnv, Visitor } from './visitor.ts';

export interface LinksRoomParts {
  readonly desk: LinkDesk;
  readonly names: Pick<Names, 'known'>;
  /** Accounts that the configuration names for this person. */
  readonly namedFor: (person: Person) => readonly ChatAccount[];
}

/** Enough for a page; the command line lists them all. */
const MOST_SHOWN = 200;

/** `/console/links`: what is linked to me, and, for operators, to everybody; each link can be ended there after a question. */
export const linksRoom =
  ({ desk, names, namedFor }: LinksRoomParts) =>
  (app: Hono<ConsoleEnv>): void => {
    const withSlackName = async (link: Link): Promise<ShownLink> => {
      const slackName = await desk.nameOf(link.account);
      return { link, ...(slackName === undefined ? {} : { slackName }) };
    };
    const withPersonNames = async (links: readonly Link[]): Promise<readonly ShownLink[]> => {
      const known = await names.known(links.map(({ person }) => person));
      return links.map((link) => ({ link, personName: named(known, link.person).name }));
    };
    /** Whoever may end it: its person, and operators. Others do not even learn that it is there. */
    const theirs = (visitor: Visitor, caseId: string): Link => {
      const link = desk.all().find((one) => one.caseId === caseId);
      const may = link !== undefined && (samePerson(link.person, visitor.person) || visitor.roles.has('operator'));
      if (!may) throw refused(notThere);
      return link;
    };

    app.get(LINKS_PATH, async (c) => {
      const visitor = c.get('visitor');
      const shown = await Promise.all(desk.ofPerson(visitor.person).map(withSlackName));
      return c.html(myLinksPage(visitor, shown, namedFor(visitor.person)));
    });
    app.get(`${LINKS_PATH}/all`, async (c) => {
      const visitor = c.get('visitor');
      if (!visitor.roles.has('operator')) throw forbidden();
      return c.html(allLinksPage(visitor, await withPersonNames(desk.all().slice(0, MOST_SHOWN))));
    });
    app.get(`${LINKS_PATH}/:caseId/unlink`, async (c) => {
      const visitor = c.get('visitor');
      const link = theirs(visitor, c.req.param('caseId'));
      const [slack, [person]] = await Promise.all([withSlackName(link), withPersonNames([link])]);
      return c.html(unlinkPage(visitor, { ...person, ...slack }, samePerson(link.person, visitor.person)));
    });
    app.post(`${LINKS_PATH}/:caseId/unlink`, async (c) => {
      const visitor = c.get('visitor');
      await ownForm(c, visitor.session, z.object({}));
      const link = theirs(visitor, c.req.param('caseId'));
      const isOwn = samePerson(link.person, visitor.person);
      const ended = await desk.unlink(link.caseId, isOwn ? 'person' : 'operator', { kind: 'person', person: visitor.person });
      if (!ended) throw refused(notThere);
      return c.redirect(isOwn ? LINKS_PATH : `${LINKS_PATH}/all`, 303);
    });
  };

function forbidden(): AppError {
  return new AppError('console.forbidden', 'the links of everybody are for operators', {
    hint: 'The links of everybody are shown to operators alone. Your own are under “My links”.',
  });
}
