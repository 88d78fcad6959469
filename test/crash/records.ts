import type { AccessRequestContext } from '../../flows/access-request.ts';
import type { GrantContext } from '../../flows/grant.ts';
import type { FollowedLine } from '../../src/playground/journal-follower.ts';
import type { World } from '../../src/playground/world.ts';

/** What a journal says of one case, folded from its lines by nothing of the product's own code. */
export interface Folded<C> {
  readonly caseId: string;
  readonly state: string;
  readonly status: string;
  readonly context: C;
  readonly pending: ReadonlySet<string>;
}

function fold<C>(lines: readonly FollowedLine[], flow: string): ReadonlyMap<string, Folded<C>> {
  const cases = new Map<string, Folded<C>>();
  for (const { line } of lines) {
    if (line.flow !== flow) continue;
    const pending = new Set(cases.get(line.case)?.pending);
    (line.commandsAdded ?? []).forEach(({ instead }, index) => {
      if (instead !== undefined) pending.delete(instead);
      pending.add(`${line.case}/${line.seq}/${index}`);
    });
    for (const key of [...(line.commandsDone ?? []), ...(line.commandsDropped ?? [])]) pending.delete(key);
    const state = typeof line.next.state === 'string' ? line.next.state : (Object.keys(line.next.state ?? {})[0] ?? '');
    cases.set(line.case, { caseId: line.case, state, status: line.next.status, context: line.next.context as C, pending });
  }
  return cases;
}

export const requestsOf = (world: World) => fold<AccessRequestContext>(world.journals.bot.lines, 'accessRequest');
export const grantsOf = (world: World) => fold<GrantContext>(world.journals.perimeter.lines, 'grant');

/** The chain as anybody can check it: every line names the hash of the one before, and no number is missing. */
export function chainFaults(lines: readonly FollowedLine[]): string[] {
  return lines.flatMap(({ line, head }, index) => {
    const before = lines[index - 1];
    if (before === undefined) return line.seq === 1 ? [] : [`the first line read is ${line.seq} (${head.slice(0, 8)})`];
    const right = line.prev === before.head && line.seq === before.line.seq + 1;
    return right ? [] : [`line ${line.seq} does not follow ${before.line.seq}`];
  });
}
