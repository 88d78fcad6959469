import { type Person, samePerson } from '../../access/core/person.ts';

/** Where a person stands in what was stored: the names of the keys, e.g. `requester`, `approver`, `person`. */
export function rolesIn(value: unknown, person: Person, key = ''): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  const found = asPerson(value);
  // One object id is one person of one tenant: the same id in another is somebody else.
  if (found !== undefined) return samePerson(found, person) ? [key] : [];
  return Object.entries(value).flatMap(([name, each]) => rolesIn(each, person, Array.isArray(value) ? key : name));
}

/** Digests of the texts that stand beside this person: what a request says why, what a decider noted. */
export function textsBeside(value: unknown, person: Person): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  const all = Object.values(value);
  const isBeside = all.some((each) => isSame(each, person));
  return all.flatMap((each) => {
    const digest = textDigestOf(each);
    if (digest === undefined) return textsBeside(each, person);
    return isBeside ? [digest] : [];
  });
}

function isSame(value: unknown, person: Person): boolean {
  const found = typeof value === 'object' && value !== null ? asPerson(value) : undefined;
  return found !== undefined && samePerson(found, person);
}

function asPerson(value: object): Person | undefined {
  const [tenantId, objectId]: unknown[] = ['tenantId', 'objectId'].map((key) => Reflect.get(value, key));
  return typeof tenantId === 'string' && typeof objectId === 'string' ? { tenantId, objectId } : undefined;
}

function textDigestOf(value: unknown): string | undefined {
  const digest: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'textDigest') : undefined;
  return typeof digest === 'string' ? digest : undefined;
}
