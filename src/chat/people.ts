import type { Person } from '../access/core/person.ts';
import type { Refusal } from '../access/core/verdict.ts';
import type { Address, ChatActor } from './surface.ts';

/** Why an actor is nobody to us, and where they can mend that by themselves: an address that says nothing of them. */
export type Unknown = Refusal & { readonly linkUrl?: string };

/** Which person acts, and where a person can be written to. By ids alone; no name or e-mail is ever matched. */
export interface People {
  /** Everybody this account stands for, at most one person a tenant; or why it stands for nobody. */
  personsOf(actor: ChatActor): { readonly persons: readonly Person[] } | { readonly refusal: Unknown };
  /** As whom it acts in one tenant; or what is missing for that. */
  personOf(actor: ChatActor, tenantId: string): { readonly person: Person } | { readonly refusal: Unknown };
  /** Every direct address that configuration and links know of this person, one a platform. */
  addressesOf(person: Person): readonly Address[];
}
