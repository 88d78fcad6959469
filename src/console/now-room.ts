import type { Context, Hono } from 'hono';
import { z } from 'zod';
import type { Clock } from '../access/core/clock.ts';
import { samePerson } from '../access/core/person.ts';
import { AppError } from '../access/core/app-error.ts';
import type { Names } from '../chat/names.ts';
import type { EntitlementSetting } from '../config/hallpass-config.ts';
import type { Runtime } from '../durable/port.ts';
import type { Log } from '../observe/log.ts';
import type { Html } from '../web/html.ts';
import { forbiddenPage, type WhoMay } from './forbidden-page.ts';
import { heldNow, type Holding, holdingOf, peopleIn } from './holdings.ts';
import { nowPage, type Whose } from './now-pages.ts';
import { csvOf, jsonOf } from './now-table.ts';
import { type ConsoleEnv, maySeeEverybody, type Visitor } from './visitor.ts';

export interface NowParts {
  readonly runtime: Runtime;
  readonly names: Pick<Names, 'known'>;
  readonly settings: ReadonlyMap<string, EntitlementSetting>;
  readonly whoMay: WhoMay;
  /** The section "My links" of whoever looks. */
  readonly myLinks: (visitor: Visitor) => Promise<Html>;
  /** The domain clock. */
  readonly clock: Clock;
  readonly log: Log;
}

const whoseSchema = z.union([z.enum(['me', 'everybody']), z.guid().toLowerCase()]);

/** `/console` and its downloads: who holds what now. Everybody sees themselves; who has a role sees everybody. */
export function nowRoom(parts: NowParts): (app: Hono<ConsoleEnv>) => void {
  const { runtime, names, settings, whoMay, myLinks, clock, log } = parts;

  async function holdingsOf(whose: Whose, visitor: Visitor): Promise<readonly Holding[]> {
    const requests = heldNow(runtime).filter(({ context: { request } }) => {
      if (whose === 'everybody') return true;
      if (whose === 'me') return samePerson(request.principal, visitor.person);
      return request.principal.objectId.toLowerCase() === whose;
    });
    const people = await names.known(peopleIn(requests));
    const now = clock.now();
    return requests.map((request) => holdingOf(request, settings, people, now));
  }

  /** Answers with what `show` makes of it, or says who may. */
  const showing =
    (show: (c: Context<ConsoleEnv>, whose: Whose, holdings: readonly Holding[]) => Response | Promise<Response>) =>
    async (c: Context<ConsoleEnv>): Promise<Response> => {
      const visitor = c.get('visitor');
      const whose = whoseOf(c, visitor);
      if (!maySee(whose, visitor)) {
        log.warn({ code: 'console.forbidden', objectId: visitor.person.objectId, status: 403 }, 'console page refused');
        return c.html(await forbiddenPage('see who holds what', visitor, whoMay), 403);
      }
      return show(c, whose, await holdingsOf(whose, visitor));
    };

  return (app) => {
    app.get(
      '/console',
      showing(async (c, whose, holdings) => {
        const visitor = c.get('visitor');
        return c.html(nowPage({ visitor, whose, holdings, now: clock.now(), links: await myLinks(visitor) }));
      }),
    );
    app.get(
      '/console/now.json',
      showing((c, _, holdings) => c.json(jsonOf(holdings))),
    );
    app.get(
      '/console/now.csv',
      showing((c, _, holdings) => {
        c.header('content-disposition', 'attachment; filename="who-holds-what-now.csv"');
        return c.body(csvOf(holdings), 200, { 'content-type': 'text/csv; charset=utf-8' });
      }),
    );
  };
}

function whoseOf(c: Context<ConsoleEnv>, visitor: Visitor): Whose {
  const asked = c.req.query('of');
  if (asked === undefined) return maySeeEverybody(visitor) ? 'everybody' : 'me';
  const whose = whoseSchema.safeParse(asked);
  // An object id is of any tenant, and people are known by both.
  if (whose.success) return whose.data === visitor.person.objectId ? 'me' : whose.data;
  throw new AppError('page.unknown', 'nobody is called so', { hint: 'Check the address, or open the console itself.' });
}

const maySee = (whose: Whose, visitor: Visitor): boolean => whose === 'me' || maySeeEverybody(visitor);
