import { ABEL, ANNA, type CastMember, NORA, RITA, SAM } from '../cast.ts';
import type { Persona } from './page-state.ts';

const PARTS: readonly (readonly [CastMember, string, string])[] = [
  [RITA, 'asks', 'RR'],
  [ANNA, 'decides', 'AA'],
  [ABEL, 'decides', 'AB'],
  [SAM, 'watches', 'SS'],
  [NORA, 'is new', 'NN'],
];

/** Whose eyes the page can look through. Gina acts in the tenant, not in a chat. */
export const PERSONAS: readonly Persona[] = PARTS.map(([member, part, initials]) => ({
  key: member.key,
  name: member.name,
  initials,
  part,
  about: `${member.jobTitle}, ${member.department}`,
}));

export const CHATTING: readonly CastMember[] = PARTS.map(([member]) => member);
