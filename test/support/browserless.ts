/**
 * A browser without a screen or JavaScript, for tests that walk through pages over real HTTP. Its rules are those of Chromium 150 as measured on
 * this kind of page: `Secure` and `__Host-` (loopback addresses count as secure), SameSite by the site of the page that began the navigation,
 * `Origin: null` on a form of a `no-referrer` page, and a form whose `form-action` does not allow a redirect's target is blocked.
 *
 *   const browser = createBrowser({ ca, hosts: { 'approve.hallpass.test': '127.0.0.1:4443' } });
 *   const page = await browser.open(url);                    // typed into the address bar; follows redirects and refreshes
 *   const next = await page.click('Approve');                // the button of a form, or a link, by its text
 *   const back = await signIn(next, ANNA);                   // Entra's pages (or oidc-provider's in the same words), until another page comes
 *   await browser.openFrom('https://evil.test', url);        // a link on somebody else's page
 *   await browser.postFrom('https://evil.test', url, { a: 'b' });  // a form on somebody else's page
 *   page.url, page.status, page.headers, page.title, page.text (what is read, tags gone), page.html, page.forms
 *   browser.cookies.all, browser.cookies.clear(), browser.visits  (every request that was made, redirects included, with what was sent)
 *
 * One browser is one profile: two people, or one who has two browsers, are two of them. Throws {@link Blocked} where Chromium would not go on.
 */
import { createCookieJar, type CookieJar } from './browserless/cookie-jar.ts';
import { type Form, formsOf, linksOf, refreshOf, textOf, titleOf } from './browserless/html.ts';
import { formMayGo, isSameSite, originSentBy, siteRelation, type Relation } from './browserless/rules.ts';
import { type Hosts, send } from './browserless/send.ts';

export interface BrowserOptions {
  /** Authorities to trust besides the process's own, PEM. */
  readonly ca?: string;
  /** Where names lead that no DNS knows: `name` or `name:port` to `host:port`, as Chromium's host rules. */
  readonly hosts?: Hosts;
  /** Header fields on every request, such as `user-agent`. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Visit {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly cookies: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly status: number;
}

export interface Page {
  readonly url: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly html: string;
  readonly title: string;
  readonly text: string;
  readonly forms: readonly Form[];
  /** Presses the button, or follows the link, whose text (or accessible name) is or contains this. `fields` fills in what a person would type. */
  click(name: string, fields?: Readonly<Record<string, string>>): Promise<Page>;
  /** Is there such a button or link? */
  has(name: string): boolean;
  /** Asks for the same address again, as F5 on a page that was got by GET. */
  reload(): Promise<Page>;
}

export interface Browser {
  readonly cookies: CookieJar;
  readonly visits: readonly Visit[];
  open(url: string): Promise<Page>;
  /** A link on a page of this origin, which may be anybody's. */
  openFrom(origin: string, url: string): Promise<Page>;
  /** A form on a page of this origin. */
  postFrom(origin: string, url: string, fields: Readonly<Record<string, string>>): Promise<Page>;
}

/** Chromium would have shown its own error, or nothing at all. */
export class Blocked extends Error {
  override readonly name = 'Blocked';
}

const LONGEST_CHAIN = 20;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

interface Navigation {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly body?: string;
  /** The page it was begun on; none for a typed address. */
  readonly initiator?: { readonly origin: string; readonly referrerPolicy: string; readonly formAction?: string };
}

export function createBrowser(options: BrowserOptions = {}): Browser {
  const cookies = createCookieJar();
  const visits: Visit[] = [];

  async function navigate(first: Navigation): Promise<Page> {
    let { method, url, body } = first;
    const { initiator } = first;
    let relation: Relation = initiator === undefined ? 'none' : siteRelation(initiator.origin, url);
    for (let step = 0; step < LONGEST_CHAIN; step++) {
      if (initiator?.formAction !== undefined && !formMayGo(initiator.formAction, initiator.origin, url))
        throw new Blocked(`a form of ${initiator.origin} may not lead to ${url.origin}: form-action ${initiator.formAction}`);
      const origin = method === 'POST' && initiator !== undefined ? originSentBy(initiator, url) : undefined;
      const sameSite = initiator === undefined || isSameSite(initiator.origin, url);
      const cookie = cookies.headerFor(url, { sameSite, method });
      const headers = {
        accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
        'sec-fetch-site': relation,
        'sec-fetch-mode': 'navigate',
        'sec-fetch-dest': 'document',
        'sec-fetch-user': '?1',
        ...options.headers,
        ...(origin === undefined ? {} : { origin }),
        ...(cookie === undefined ? {} : { cookie }),
        ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      };
      const answer = await send({ method, url, headers, body, ca: options.ca, hosts: options.hosts ?? {} });
      visits.push({ method, url: url.href, cookies: cookie, headers, body, status: answer.status });
      cookies.take(url, answer.setCookies);
      const { location } = answer.headers;
      if (!REDIRECTS.has(answer.status) || typeof location !== 'string') {
        const page = pageOf(url, method, answer.status, answer.headers, answer.text);
        const next = refreshOf(answer.text);
        // As a link on that page would: no redirect of what led to it, so that nobody's form-action has a say.
        const left = { origin: url.origin, referrerPolicy: String(answer.headers['referrer-policy'] ?? '') };
        return next === undefined ? page : navigate({ method: 'GET', url: new URL(next, url), initiator: left });
      }
      const next = new URL(location, url);
      if (next.protocol !== 'https:' && next.protocol !== 'http:') throw new Blocked(`a redirect to ${next.protocol}`);
      if (answer.status < 307 && (method === 'POST' || answer.status === 303)) {
        method = 'GET';
        body = undefined;
      }
      // What was once cross-site stays so, however the chain goes on.
      if (relation !== 'none' && initiator !== undefined) relation = furthest(relation, siteRelation(initiator.origin, next));
      url = next;
    }
    throw new Blocked('too many redirects');
  }

  function pageOf(url: URL, method: 'GET' | 'POST', status: number, headers: Page['headers'], html: string): Page {
    const forms = formsOf(html);
    const links = linksOf(html);
    const policy = String(headers['content-security-policy'] ?? '');
    const formAction = /(?:^|;)\s*form-action\s+([^;]*)/i.exec(policy)?.[1]?.trim();
    const initiator = { origin: url.origin, referrerPolicy: String(headers['referrer-policy'] ?? '') };
    const pressed = (name: string) => {
      const all = forms.flatMap((form) => form.buttons.map((button) => ({ form, button })));
      return all.find(({ button }) => button.text === name) ?? all.find(({ button }) => button.text.includes(name));
    };
    const followed = (name: string) => links.find(({ text }) => text === name) ?? links.find(({ text }) => text.includes(name));
    return {
      url: url.href,
      status,
      headers,
      html,
      title: titleOf(html),
      text: textOf(html),
      forms,
      has: (name) => (pressed(name) ?? followed(name)) !== undefined,
      reload: () => {
        if (method !== 'GET') throw new Blocked('a page that was got by POST is not asked for again without a question');
        return navigate({ method: 'GET', url });
      },
      async click(name, fields = {}) {
        const found = pressed(name);
        if (found === undefined) {
          const link = followed(name);
          if (link === undefined)
            throw new Error(`no button or link "${name}" on ${url.href} (${status}): ${textOf(html).slice(0, 400)}`);
          return navigate({ method: 'GET', url: new URL(link.href, url), initiator });
        }
        const { form, button } = found;
        const unknown = Object.keys(fields).find((field) => !form.fields.some((one) => one.name === field));
        if (unknown !== undefined) throw new Error(`the form of "${name}" has no field ${unknown}`);
        const data = new URLSearchParams();
        for (const field of form.fields) data.append(field.name, fields[field.name] ?? field.value);
        if (button.name !== '') data.append(button.name, button.value);
        const target = new URL(button.action ?? form.action ?? url.href, url);
        const submitter = { ...initiator, ...(formAction === undefined ? {} : { formAction }) };
        if (form.method === 'POST') return navigate({ method: 'POST', url: target, body: data.toString(), initiator: submitter });
        target.search = data.toString();
        return navigate({ method: 'GET', url: target, initiator: submitter });
      },
    };
  }

  const foreign = (origin: string) => ({ origin, referrerPolicy: '' });
  return {
    cookies,
    visits,
    open: (url) => navigate({ method: 'GET', url: new URL(url) }),
    openFrom: (origin, url) => navigate({ method: 'GET', url: new URL(url), initiator: foreign(origin) }),
    postFrom: (origin, url, fields) =>
      navigate({ method: 'POST', url: new URL(url), body: new URLSearchParams(fields).toString(), initiator: foreign(origin) }),
  };
}

const FURTHER: readonly Relation[] = ['none', 'same-origin', 'same-site', 'cross-site'];
const furthest = (a: Relation, b: Relation): Relation => (FURTHER.indexOf(a) > FURTHER.indexOf(b) ? a : b);

/** What stands on the pages of the sign-in service; a stand-in for it speaks the same words. */
export const SIGN_IN_WORDS = { confirm: 'Confirm', accept: 'Accept', goOn: 'Continue', cancel: 'Cancel' } as const;

export interface SignInOptions {
  /** False stops at the page that asks to confirm with the authenticator. */
  readonly confirm?: boolean;
}

/**
 * Goes through the sign-in pages as this person until a page comes that is none of them. Where the person is signed in already and no page comes,
 * there is nothing to do, and `page` is the answer.
 */
export async function signIn(
  page: Page,
  person: { readonly name: string },
  { confirm = true }: SignInOptions = {},
): Promise<Page> {
  const host = new URL(page.url).host;
  const steps = [person.name, ...(confirm ? [SIGN_IN_WORDS.confirm] : []), SIGN_IN_WORDS.accept, SIGN_IN_WORDS.goOn];
  let shown = page;
  for (let turn = 0; turn < 6; turn++) {
    if (new URL(shown.url).host !== host) return shown;
    const step = steps.find((name) => shown.forms.some(({ buttons }) => buttons.some(({ text }) => nameIn(text, name))));
    if (step === undefined) return shown;
    shown = await shown.click(shown.forms.flatMap(({ buttons }) => buttons).find(({ text }) => nameIn(text, step))?.text ?? step);
  }
  return shown;
}

/** A person's button carries an address behind the name, so that nobody is taken for another whose name begins the same. */
const nameIn = (text: string, name: string): boolean =>
  text === name || (text.startsWith(`${name} `) && /^\S+@\S+/.test(text.slice(name.length + 1)));
