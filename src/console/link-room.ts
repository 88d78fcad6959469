import type { Hono } from 'hono';
import { z } from 'zod';
import type { ChatAccount } from '../../flows/link.ts';
import { AppError } from '../access/core/app-error.ts';
import type { Refusal } from '../access/core/verdict.ts';
import type { LinkDesk } from '../bot/link-desk.ts';
import type { SlackSignIn } from '../identity/slack-sign-in.ts';
import { isSameText, setCookie } from '../web/own-forms.ts';
import { beginPage, confirmPage, LINK_PATH, LINKS_PATH } from './link-pages.ts';
import type { Back, LinkVisits } from './link-visits.ts';
import { ownForm } from './own-form.ts';
import type { ConsoleEnv } from './visitor.ts';

export interface LinkRoomParts {
  readonly desk: LinkDesk;
  readonly signIn: SlackSignIn;
  readonly visits: LinkVisits;
  /** As the configuration calls a tenant. */
  readonly tenantName: (tenantId: string) => string;
}

const actSchema = z.object({ act: z.enum(['confirm', 'cancel']), attempt: z.string().max(100) });

/**
 * `/console/link`: whoever is signed in to the console signs in to Slack as well, in the same browser and session, sees both accounts by name
 * and id, and confirms. The page's address says nothing of anybody: sent to somebody else, it links their accounts or none.
 */
export const linkRoom =
  ({ desk, signIn, visits, tenantName }: LinkRoomParts) =>
  (app: Hono<ConsoleEnv>): void => {
    app.get(LINK_PATH, async (c) => {
      const visitor = c.get('visitor');
      const back = await visits.back(c.req.header('cookie'), visitor.session);
      if (back === undefined) return c.html(beginPage(visitor));
      const account = accountOf(back);
      const sight = await desk.look(account, visitor.person);
      if (!sight.verdict.permitted) {
        setCookie(c, visits.gone);
        throw refused(await desk.refuse(account, visitor.person, back.attemptId, sight.verdict));
      }
      return c.html(confirmPage(visitor, account, sight, tenantName(visitor.person.tenantId), back.attemptId));
    });

    app.get(`${LINK_PATH}/begin`, async (c) => {
      const site = c.req.header('sec-fetch-site');
      // Only by the link on our own page; hono hands HEAD to what answers GET.
      if (c.req.method !== 'GET' || (site !== undefined && site !== 'same-origin')) return c.redirect(LINK_PATH, 303);
      const { begun, cookie } = await visits.leave(c.get('visitor').session);
      const next = await signIn.authorizeUrl(begun);
      setCookie(c, cookie);
      return c.redirect(next, 303);
    });

    app.get(`${LINK_PATH}/slack`, async (c) => {
      if (c.req.method !== 'GET') return c.redirect(LINK_PATH, 303);
      const { session } = c.get('visitor');
      const { state = '', code, error } = c.req.query();
      const begun = await visits.comeBack(c.req.header('cookie'), session, state);
      if (code === undefined) throw declined(error);
      setCookie(c, await visits.keep(session, await signIn.redeem(code, begun)));
      return c.redirect(LINK_PATH, 303);
    });

    app.post(LINK_PATH, async (c) => {
      const { person, session } = c.get('visitor');
      const { act, attempt } = await ownForm(c, session, actSchema);
      const back = await visits.back(c.req.header('cookie'), session);
      if (back !== undefined && !isSameText(attempt, back.attemptId)) throw otherWindow();
      setCookie(c, visits.gone);
      if (act === 'cancel') return c.redirect(LINKS_PATH, 303);
      if (back === undefined) throw overdue();
      const made = await desk.link(accountOf(back), person, back.attemptId);
      if ('permitted' in made) throw refused(made);
      return c.redirect(LINKS_PATH, 303);
    });
  };

const accountOf = ({ workspaceId, userId }: Back): ChatAccount => ({ platform: 'slack', workspaceId, userId });

export function refused({ code, reason, hint }: Refusal): AppError {
  return new AppError(code, reason, { hint: `${reason} ${hint}` });
}

function overdue(): AppError {
  return new AppError('link.begin-again', 'nobody signed in to Slack in this session', {
    hint: 'It is too long ago that you signed in to Slack here, or it was in another browser. Nothing was linked. Begin again.',
  });
}

function otherWindow(): AppError {
  return new AppError('link.crossed', 'the page that was confirmed names another account than the one that came back last', {
    hint: 'Another window of this browser signed in to Slack since this page was shown. Nothing was linked. Go on there, or begin again.',
  });
}

function declined(error: string | undefined): AppError {
  return new AppError('link.declined', `Slack answered ${/^[a-z_]{1,40}$/.exec(error ?? '')?.[0] ?? 'without a code'}`, {
    hint: 'Slack did not sign you in, or you turned back there. Nothing was linked. Begin again.',
  });
}
