/** One human, by the two ids that never change hands. Never keyed by e-mail, user principal name or display name. */
export interface Person {
  readonly tenantId: string;
  readonly objectId: string;
}

/** GUIDs compare without case: Graph, tokens and people write them differently. */
export function samePerson(a: Person, b: Person): boolean {
  return personKey(a) === personKey(b);
}

export const sameTenant = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

export function personKey(person: Person): string {
  return `${person.tenantId}/${person.objectId}`.toLowerCase();
}
