import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { PerimeterConfig } from '../perimeter/perimeter-config.ts';

const listSchema = z.object({
  identities: z.array(
    z.object({
      id: z.string(),
      permissions: z.array(
        z.object({
          resource: z.string(),
          kind: z.string(),
          name: z.string(),
          why: z.string(),
          without: z.string(),
          when: z.string().optional(),
          for: z.array(z.string()).optional(),
        }),
      ),
    }),
  ),
});

export interface GraphPermissions {
  /** Without one of these, something that the file promises does not work. */
  readonly needed: readonly string[];
  /** Not needed by this file, and no reason for a warning: another licence, or doctor itself. */
  readonly allowed: readonly string[];
  /** Of each: what it is for, and what does not work without it. */
  readonly reasons: Readonly<Record<string, string>>;
}

/** What manifest/permissions.json lists for one of its identities. */
export function listedFor(id: string) {
  const { identities } = listSchema.parse(
    JSON.parse(readFileSync(new URL('../../manifest/permissions.json', import.meta.url), 'utf8')),
  );
  return identities.find((identity) => identity.id === id)?.permissions ?? [];
}
const inGraph = (id: string) =>
  listedFor(id).filter(({ resource, kind }) => resource === 'Microsoft Graph' && kind === 'application');
const reasonsOf = (list: ReturnType<typeof listedFor>): GraphPermissions['reasons'] =>
  Object.fromEntries(list.map(({ name, why, without }) => [name, `${why} Without it: ${without}`]));

/** Graph permissions of the bot's identity: whatever its file says, but for what a condition in the list makes optional. */
export function graphPermissionsOfBot(): GraphPermissions {
  const all = inGraph('bot');
  const needed = all.filter(({ when }) => when === undefined).map(({ name }) => name);
  const allowed = [...all, ...inGraph('doctor')].map(({ name }) => name).filter((name) => !needed.includes(name));
  return { needed: needed.toSorted(), allowed: [...new Set(allowed)].toSorted(), reasons: reasonsOf(all) };
}

/** Graph permissions of the perimeter's identity for this file: manifest/permissions.json, judged by its entitlements. */
export function graphPermissionsFor(config: PerimeterConfig): GraphPermissions {
  const uses = usesOf(config);
  const isNeeded = ({ when, for: only }: { readonly when?: string | undefined; readonly for?: readonly string[] | undefined }) =>
    only === undefined ? when === undefined : only.some((use) => uses.needed.has(use));
  const isAllowed = ({
    when,
    for: only,
  }: {
    readonly when?: string | undefined;
    readonly for?: readonly string[] | undefined;
  }) => (only === undefined ? when !== undefined : only.some((use) => uses.allowed.has(use)));
  const all = inGraph('perimeter');
  const needed = new Set(all.filter(isNeeded).map(({ name }) => name));
  const allowed = [...all.filter(isAllowed), ...inGraph('doctor')].map(({ name }) => name).filter((name) => !needed.has(name));
  return { needed: [...needed].toSorted(), allowed: [...new Set(allowed)].toSorted(), reasons: reasonsOf(all) };
}

/** The words of `for` in the list: a kind of entitlement, and who ends it. */
function usesOf({ entitlements, approve }: PerimeterConfig): { readonly needed: Set<string>; readonly allowed: Set<string> } {
  const needed = new Set<string>(approve === undefined ? [] : ['approve']);
  const allowed = new Set<string>();
  for (const { directoryRole, group, endsOnlyByHallpass } of entitlements) {
    const kind = directoryRole === undefined ? (group === undefined ? undefined : 'groups') : 'roles';
    if (kind === undefined) continue;
    needed.add(`${kind}-${endsOnlyByHallpass ? 'plain' : 'p2'}`);
    // PIM is used where the tenant turns out to have it, also for what need not wait for it.
    allowed.add(`${kind}-p2`);
  }
  return { needed, allowed };
}
