import { personKey, type Person } from '../access/core/person.ts';
import type { JournalEntry, Runtime } from '../durable/port.ts';
import { ACCESS_REQUEST, accessCase, type AccessCase } from './access-case.ts';

/** Open requests by person, so that a click does not look through every open case. */
export interface OpenRequests {
  /** Those that this person asked for or would hold, oldest first. */
  of(person: Person): readonly AccessCase[];
}

export function createOpenRequests(runtime: Runtime): OpenRequests {
  const byPerson = new Map<string, Set<string>>();
  const add = (request: AccessCase) => {
    const { requester, principal } = request.context.request;
    for (const key of new Set([personKey(requester), personKey(principal)]))
      byPerson.set(key, (byPerson.get(key) ?? new Set()).add(request.caseId));
  };
  for (const view of runtime.open(ACCESS_REQUEST)) {
    const request = accessCase(view);
    if (request) add(request);
  }
  runtime.onCommit(({ flow, kind, caseId }: JournalEntry) => {
    if (flow !== ACCESS_REQUEST || kind !== 'began') return;
    const request = accessCase(runtime.read(caseId));
    if (request) add(request);
  });
  return {
    of(person) {
      const mine = byPerson.get(personKey(person));
      if (!mine) return [];
      const open: AccessCase[] = [];
      for (const caseId of mine) {
        const request = accessCase(runtime.read(caseId));
        if (request && !request.over) open.push(request);
        else mine.delete(caseId);
      }
      if (mine.size === 0) byPerson.delete(personKey(person));
      return open;
    },
  };
}
