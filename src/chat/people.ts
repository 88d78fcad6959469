import type { Person } from '../access/core/person.ts';
import type { Refusal } from '../access/core/verdict.ts';
import type { Address, ChatActor } from './surface.ts';

/** Which person acts, and where a person can be written to. By ids alone; no name or e-mail is ever matched. */
export interface People {
  personOf(actor: ChatActor): { readonly person: Person } | { readonly refusal: Refusal };
  /** Every direct address that configuration knows of this person, one a platform. */
  addressesOf(person: Person): readonly Address[];
}
