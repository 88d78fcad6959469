import type { CredentialDetail } from '../finding-detail.ts';
import type { Sighting } from '../sighting.ts';

export interface CredentialFact {
  readonly keyId: string;
  readonly name?: string;
  readonly hint?: string;
  readonly customKeyIdentifier?: string;
  readonly startAt?: string;
  readonly endAt?: string;
}
export interface HolderFact {
  readonly kind: 'application' | 'servicePrincipal';
  readonly objectId: string;
  readonly appId: string;
  readonly name: string;
  readonly passwords: readonly CredentialFact[];
  readonly keys: readonly (CredentialFact & { readonly usage: string })[];
}

interface Ending extends Omit<CredentialFact, 'startAt' | 'endAt'> {
  readonly kind: 'secret' | 'certificate';
  readonly signs: boolean;
  readonly startMs: number;
  readonly endMs: number;
}

const DAY_MS = 86_400_000;

/**
 * What of one holder ends soon, or has ended not long ago. The rung counts how many days of the ladder are reached, and one more when
 * it has ended. What ended longer ago than the ladder looks ahead begins no finding, but keeps an open one open: it is still there.
 *
 * A credential is replaced, and no finding, when another of its kind came within the ladder's reach of its end (or later) and ends
 * later. One that was there long before may serve somebody else: it is named on the card, and the finding stays.
 */
export function expiringCredentials(
  holder: HolderFact,
  nowMs: number,
  ladderDays: readonly number[],
): Sighting<CredentialDetail>[] {
  const ladder = [...new Set(ladderDays)].toSorted((a, b) => b - a);
  const reachMs = (ladder[0] ?? 0) * DAY_MS;
  const all = [...certificates(holder), ...secrets(holder)];
  return all
    .filter((each) => each.endMs - nowMs <= reachMs && !all.some((other) => replaces(other, each, reachMs, nowMs)))
    .map((each) => {
      const leftMs = each.endMs - nowMs;
      const reached = ladder.filter((days) => leftMs <= days * DAY_MS);
      const ended = leftMs <= 0;
      const newer = newestAfter(all, each);
      return {
        subjectId: `${holder.objectId}/${each.keyId}`,
        rung: reached.length + (ended ? 1 : 0),
        raise: -leftMs <= reachMs,
        detail: {
          check: 'expiring-credential',
          kind: each.kind,
          holder: { kind: holder.kind, objectId: holder.objectId, appId: holder.appId, name: holder.name },
          keyId: each.keyId,
          ...(each.name === undefined ? {} : { name: each.name }),
          ...(each.hint === undefined ? {} : { hint: each.hint }),
          signsSaml: each.kind === 'certificate' && each.signs && holder.kind === 'servicePrincipal',
          endAt: new Date(each.endMs).toISOString(),
          withinDays: ended ? 0 : (reached.at(-1) ?? 0),
          ...(newer === undefined ? {} : { newer }),
          owners: null,
        },
      };
    });
}

function replaces(other: Ending, old: Ending, reachMs: number, nowMs: number): boolean {
  return (
    other !== old &&
    other.kind === old.kind &&
    other.endMs > old.endMs &&
    other.startMs >= old.endMs - reachMs &&
    other.startMs <= nowMs
  );
}

function newestAfter(all: readonly Ending[], old: Ending): CredentialDetail['newer'] {
  const later = all.filter((other) => other !== old && other.kind === old.kind && other.endMs > old.endMs);
  const last = later.toSorted((a, b) => b.endMs - a.endMs)[0];
  if (last === undefined) return undefined;
  return { ...(last.name === undefined ? {} : { name: last.name }), endAt: new Date(last.endMs).toISOString() };
}

/** One certificate is two entries where it signs (`Sign` and `Verify`), told together by its thumbprint. */
function certificates(holder: HolderFact): Ending[] {
  const groups = new Map<string, (typeof holder.keys)[number][]>();
  for (const key of holder.keys) {
    const id = key.customKeyIdentifier ?? key.keyId;
    groups.set(id, [...(groups.get(id) ?? []), key]);
  }
  return [...groups.values()].flatMap((group) => {
    const first = group.toSorted((a, b) => (a.keyId < b.keyId ? -1 : 1))[0];
    const signs = group.some(({ usage }) => usage.toLowerCase() === 'sign');
    return first === undefined ? [] : ending(first, 'certificate', signs);
  });
}

/** The password of a signing certificate's private key bears its thumbprint; it ends with it and is no secret of its own. */
function secrets(holder: HolderFact): Ending[] {
  const thumbprints = new Set(holder.keys.map((key) => key.customKeyIdentifier).filter((each) => each !== undefined));
  return holder.passwords
    .filter(({ customKeyIdentifier }) => customKeyIdentifier === undefined || !thumbprints.has(customKeyIdentifier))
    .flatMap((password) => ending(password, 'secret', false));
}

/** Without an end there is nothing to wait for. */
function ending({ startAt, endAt, ...rest }: CredentialFact, kind: Ending['kind'], signs: boolean): Ending[] {
  const endMs = Date.parse(endAt ?? '');
  if (Number.isNaN(endMs)) return [];
  const startMs = Date.parse(startAt ?? '');
  const { keyId, name, hint, customKeyIdentifier } = rest;
  return [
    {
      keyId,
      ...(name === undefined ? {} : { name }),
      ...(hint === undefined ? {} : { hint }),
      ...(customKeyIdentifier === undefined ? {} : { customKeyIdentifier }),
      kind,
      signs,
      startMs: Number.isNaN(startMs) ? Number.NEGATIVE_INFINITY : startMs,
      endMs,
    },
  ];
}
