import type { ConfigRule } from '../../config/read-config.ts';
import { reachOf } from '../guardrails/protected-set.ts';
import type { PerimeterConfig } from '../perimeter-config.ts';
import { problem, unless } from './problem.ts';

/** What can reach Hallpass itself is given only where the file says so in so many words, and never on the bot's word or ours alone. */
export const protectedRules: ConfigRule<PerimeterConfig> = (config) =>
  config.entitlements.flatMap((entitlement, index) => {
    const path = ['entitlements', index];
    const reach = reachOf(entitlement, config);
    if (reach !== undefined && entitlement.protected === undefined) return [problem(path, unprotected(reach))];
    if (entitlement.protected === undefined) return [];
    return [
      ...unless(entitlement.assurance === 'signed', [...path, 'assurance'], 'cannot be chat: what is protected is signed'),
      ...unless(
        !entitlement.endsOnlyByHallpass,
        [...path, 'endsOnlyByHallpass'],
        'cannot stand beside protected: what is protected is given only where Entra or Azure ends it by itself',
      ),
    ];
  });

export function unprotected(reach: string): string {
  return `is protected: ${reach}. Take it out, or write "protected: true" when it is wanted all the same`;
}
