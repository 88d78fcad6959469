import { z } from 'zod';
import { AppError } from '../access/core/app-error.ts';
import type { GraphClient } from './graph-client.ts';

export type CredentialHolderKind = 'application' | 'servicePrincipal';

/** An application or service principal with its secrets and certificates, never their values. */
export interface CredentialHolder {
  readonly kind: CredentialHolderKind;
  readonly objectId: string;
  readonly appId: string;
  readonly name: string;
  readonly passwords: readonly HeldCredential[];
  readonly keys: readonly (HeldCredential & { readonly usage: string })[];
}

export interface HeldCredential {
  readonly keyId: string;
  readonly name?: string;
  /** The first characters of a secret, as Entra shows them. */
  readonly hint?: string;
  /** A certificate's thumbprint; the same for both halves of one certificate. */
  readonly customKeyIdentifier?: string;
  readonly startAt?: string;
  readonly endAt?: string;
}

export interface CredentialsReader {
  /** Every holder of one kind, page by page; nothing is kept. @throws {AppError} `directory.*` */
  holders(kind: CredentialHolderKind, signal?: AbortSignal): AsyncGenerator<CredentialHolder, void, undefined>;
  /** Names of the owners, at most a few. @throws {AppError} `directory.*` */
  owners(kind: CredentialHolderKind, objectId: string, signal?: AbortSignal): Promise<readonly string[]>;
}

export interface CredentialsReaderOptions {
  readonly graph: Pick<GraphClient, 'get'>;
  /** Waits; for tests. */
  readonly wait?: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/** Graph's largest page for these two. */
const PAGE = '999';
/** Selecting keyCredentials is throttled at 150 requests a minute for the whole tenant; others live there too. */
const BETWEEN_PAGES_MS = 600;
/** A page that fails is asked for again, else a large tenant would never be read to its end. */
const TRIES_PER_PAGE = 6;
const LONGEST_WAIT_MS = 60_000;
const MAX_PAGES = 2_000;
const OWNERS_SHOWN = 5;
const PERMISSION = 'Application.Read.All';

/** @see https://learn.microsoft.com/graph/api/application-list */
export function createCredentialsReader({ graph, wait = sleep }: CredentialsReaderOptions): CredentialsReader {
  async function page(path: string, query: Readonly<Record<string, string>>, signal: AbortSignal | undefined) {
    const call = { query, permission: PERMISSION, ...(signal === undefined ? {} : { signal }) };
    for (let tries = 1; ; tries++) {
      try {
        return pageSchema.parse(await graph.get(path, call));
      } catch (error) {
        const again = error instanceof AppError && error.retryable && tries < TRIES_PER_PAGE && signal?.aborted !== true;
        if (!again) throw asAppError(error, path);
        await wait(Math.min(error.retryAfterMs ?? 250 * 2 ** tries, LONGEST_WAIT_MS), signal);
      }
    }
  }

  return {
    async *holders(kind, signal) {
      const select = 'id,appId,displayName,passwordCredentials,keyCredentials';
      let path = kind === 'application' ? '/applications' : '/servicePrincipals';
      let query: Readonly<Record<string, string>> = { $select: select, $top: PAGE };
      for (let pages = 1; pages <= MAX_PAGES; pages++) {
        const read = await page(path, query, signal);
        for (const raw of read.value) yield holderOf(kind, raw);
        const next = read['@odata.nextLink'];
        if (next === undefined) return;
        ({ path, query } = nextOf(next));
        await wait(BETWEEN_PAGES_MS, signal);
      }
      throw new AppError('directory.rejected', `${path}: more than ${MAX_PAGES} pages`);
    },
    async owners(kind, objectId, signal) {
      const collection = kind === 'application' ? 'applications' : 'servicePrincipals';
      const path = `/${collection}/${encodeURIComponent(objectId)}/owners`;
      const read = await page(path, { $select: 'id,displayName', $top: '20' }, signal);
      return read.value.map((raw) => ownerSchema.parse(raw).displayName ?? 'an owner without a name').slice(0, OWNERS_SHOWN);
    },
  };
}

/** Only path and query of a next link are used: the client adds the origin it was made for. */
function nextOf(link: string): { path: string; query: Readonly<Record<string, string>> } {
  const url = URL.canParse(link) ? new URL(link) : undefined;
  const path = url?.pathname.replace(/^\/v1\.0(?=\/)/, '');
  if (url === undefined || path === undefined) throw new AppError('directory.rejected', 'a next link that is no address');
  return { path, query: Object.fromEntries(url.searchParams) };
}

function asAppError(error: unknown, path: string): AppError {
  if (error instanceof AppError) return error;
  return new AppError('directory.rejected', `GET ${path}: an answer in another shape than published`, { cause: error });
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(new AppError('directory.unavailable', 'stopped while waiting for Graph', { retryable: true }));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal?.aborted === true) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}

const text = z.string().nullish();
const credentialSchema = z.looseObject({
  keyId: z.guid(),
  displayName: text,
  hint: text,
  usage: text,
  customKeyIdentifier: text,
  startDateTime: text,
  endDateTime: text,
});
const holderSchema = z.looseObject({
  id: z.guid(),
  appId: z.guid().nullish(),
  displayName: text,
  passwordCredentials: z.array(credentialSchema).default([]),
  keyCredentials: z.array(credentialSchema).default([]),
});
const ownerSchema = z.looseObject({ id: z.guid(), displayName: text });
const pageSchema = z.looseObject({ value: z.array(z.unknown()), '@odata.nextLink': z.string().optional() });

function holderOf(kind: CredentialHolderKind, raw: unknown): CredentialHolder {
  const parsed = holderSchema.safeParse(raw);
  if (!parsed.success) throw asAppError(parsed.error, `${kind}s`);
  const { id, appId, displayName, passwordCredentials, keyCredentials } = parsed.data;
  return {
    kind,
    objectId: id.toLowerCase(),
    appId: (appId ?? '').toLowerCase(),
    name: displayName ?? 'an application without a name',
    passwords: passwordCredentials.map(credentialOf),
    keys: keyCredentials.map((key) => ({ ...credentialOf(key), usage: key.usage ?? '' })),
  };
}

function credentialOf(raw: z.infer<typeof credentialSchema>): HeldCredential {
  const startAt = instant(raw.startDateTime);
  const endAt = instant(raw.endDateTime);
  return {
    keyId: raw.keyId.toLowerCase(),
    ...(raw.displayName ? { name: raw.displayName } : {}),
    ...(raw.hint ? { hint: raw.hint } : {}),
    ...(raw.customKeyIdentifier ? { customKeyIdentifier: raw.customKeyIdentifier } : {}),
    ...(startAt === undefined ? {} : { startAt }),
    ...(endAt === undefined ? {} : { endAt }),
  };
}

function instant(value: string | null | undefined): string | undefined {
  const ms = Date.parse(value ?? '');
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}
