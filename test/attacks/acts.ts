import type { RegisterGrant } from '../../src/access/core/perimeter-api.ts';
import type { Person } from '../../src/access/core/person.ts';
import { type PerimeterConfig, perimeterConfigSchema } from '../../src/perimeter/perimeter-config.ts';
import type { ApproveWishes, ApproveWorld } from '../perimeter/approve/support/approve-world.ts';
import { RITA, TENANT_ID } from '../perimeter/support/perimeter-config.ts';
import { approval } from '../perimeter/support/world.ts';
import type { Browser, Page } from '../support/browserless.ts';
import { refusalOf, settled } from './seen.ts';

/** What the bot's word alone may do at most: entitlements of assurance `chat`. */
export const CHAT = { more: { assurance: 'chat', approvers: undefined } } as const satisfies ApproveWishes;

export const person = (objectId: string): Person => ({ tenantId: TENANT_ID, objectId });
export const alone = (one: Person) => ({ requester: one, principal: one });

/** Who changes the tenant by hand. */
export const ADMIN = {
  kind: 'user',
  id: 'admin',
  objectId: '0b7ec700-0000-4000-8000-00000000000f',
  name: 'An Administrator',
} as const;

/** As perimeter.yaml would say it, for a file of its own. */
export function entitlementsOf(...said: readonly object[]): PerimeterConfig['entitlements'] {
  return perimeterConfigSchema.shape.entitlements.parse(said.map((one) => ({ longestMinutes: 60, ...one })));
}

type Asked = Partial<RegisterGrant>;

/** A body of `POST /grants`, whole. */
export const asked = {
  requester: RITA,
  principal: RITA,
  entitlementId: 'global-reader',
  durationMinutes: 30,
  justification: 'ticket 42',
  approvalWindowMinutes: 60,
};

/** Asks, and lets an approver agree by the bot's word where that is taken at all; the code that it ends with. */
export async function tried(world: ApproveWorld, requestId: string, different: Asked = {}): Promise<string | undefined> {
  await world.register(requestId, different);
  await world.approve(requestId);
  return refusalOf(world, requestId);
}

/** Given by the bot's word, with whoever agreed. */
export async function given(world: ApproveWorld, requestId: string, different: Asked = {}, approver?: Person): Promise<void> {
  await world.register(requestId, different);
  const said = approval(`${requestId}-1`);
  await world.call('POST', `/grants/${requestId}/decisions`, approver === undefined ? said : { ...said, approver });
  await isGiven(world, requestId);
}

export async function ended(world: ApproveWorld, requestId: string): Promise<void> {
  world.advance(6);
  await world.end(requestId);
  await world.factsUntil(requestId, 'ended');
}

export async function givenAndEnded(world: ApproveWorld, requestId: string): Promise<void> {
  await given(world, requestId);
  await ended(world, requestId);
}

/** Throws what it is instead. */
export async function isGiven(world: ApproveWorld, requestId: string): Promise<void> {
  const state = await settled(world, requestId);
  if (state !== 'active') throw new Error(`${requestId} is ${state}: ${(await refusalOf(world, requestId)) ?? ''}`);
}

/** The page of a request, in a browser of this person. */
export function looks(world: ApproveWorld, who: Person, requestId: string): Promise<Page> {
  return world.look(world.browserOf(who), requestId);
}

/** Looks, and presses the button; what came back from the sign-in. */
export async function signs(world: ApproveWorld, who: Person, requestId: string, button = 'Approve'): Promise<Page> {
  return (await looks(world, who, requestId)).click(button);
}

/** Asked for, signed by each of them, and given. */
export async function givenBySignature(
  world: ApproveWorld,
  requestId: string,
  signers: readonly Person[],
  different: Asked = {},
): Promise<void> {
  await world.register(requestId, different);
  await signedAndGiven(world, requestId, signers);
}

export async function signedAndGiven(world: ApproveWorld, requestId: string, signers: readonly Person[]): Promise<void> {
  for (const signer of signers) {
    const page = await signs(world, signer, requestId);
    const code = codeOn(page);
    if (code !== undefined) throw new Error(`${code} on ${page.title}`);
  }
  await isGiven(world, requestId);
}

/** A sign-in that was begun by a click, and waits at the sign-in service: `goOn` is what sends the browser back. */
export interface Begun {
  readonly browser: Browser;
  readonly shown: Page;
  /** What the click asked to be signed. */
  readonly nonce: string;
  /** The address that the browser is sent back to. */
  readonly callback: string;
  goOn(): Promise<Page>;
}

export async function begins(world: ApproveWorld, who: Person, requestId: string, button = 'Approve'): Promise<Begun> {
  const browser = world.browserOf(who);
  return beginsIn(world, browser, await world.look(browser, requestId), button);
}

export async function beginsIn(world: ApproveWorld, browser: Browser, shown: Page, button = 'Approve'): Promise<Begun> {
  world.idp.stops = true;
  const waiting = await shown.click(button);
  world.idp.stops = false;
  const nonce = world.idp.begun.at(-1)?.['nonce'] ?? '';
  const callback = /href="([^"]*)"/.exec(waiting.html)?.[1]?.replaceAll('&amp;', '&') ?? '';
  return { browser, shown, nonce, callback, goOn: () => waiting.click('Back') };
}

/** The code in the small print of a page; undefined where there is none. */
export function codeOn({ text }: Page): string | undefined {
  return /Code: (\S+)/.exec(text)?.[1];
}

/** What it was refused with, after everything that was signed. */
export async function codeOnOrRefusal(world: ApproveWorld, page: Page, requestId: string): Promise<string | undefined> {
  return codeOn(page) ?? refusalOf(world, requestId);
}

/** While this happens, Entra's tokens say this besides, signed as ever. */
export async function saying<T>(world: ApproveWorld, lie: Readonly<Record<string, unknown>>, work: () => Promise<T>): Promise<T> {
  world.idp.lie = (claims) => ({ ...claims, ...lie });
  try {
    return await work();
  } finally {
    world.idp.lie = (claims) => claims;
  }
}
