import type { CheckWords } from '../check-words.ts';
import type { RootAccessDetail } from '../finding-detail.ts';

export function rootAccessWords(detail: RootAccessDetail): CheckWords {
  const who = detail.principalName ?? `${kindOf(detail.principalType)} ${detail.principalId}`;
  const holds = `${who} (${kindOf(detail.principalType)}) holds User Access Administrator at the root scope “/”`;
  return {
    severity: 'high',
    title: 'Someone can now control every Azure subscription',
    lines: [
      detail.since === undefined ? { text: `${holds}.` } : { text: `${holds} since`, at: detail.since },
      { text: `${given(detail)} · no open request covers it` },
      { text: 'It never ends by itself, and stays when Global Administrator ends.' },
    ],
    todo: 'Ask them whether they need it now. If not, they switch “Access management for Azure resources” off, or somebody with elevated access removes it:',
    command: `az role assignment delete --assignee ${detail.principalId} --role "User Access Administrator" --scope /`,
    facts: [
      { label: 'Who', text: who },
      { label: 'Kind of principal', text: kindOf(detail.principalType) },
      { label: 'Object id', text: detail.principalId },
      { label: 'Role', text: 'User Access Administrator: may give anybody any role in all of Azure' },
      { label: 'Scope', text: '/ (root: all management groups and subscriptions)' },
      ...(detail.since === undefined ? [] : [{ label: 'Since', text: '', at: detail.since }]),
      { label: 'Given', text: given(detail) },
      { label: 'Seen in', text: detail.sources.map((source) => SOURCES[source]).join(' and ') },
      { label: 'Assignment', text: detail.assignmentName },
    ],
  };
}

const SOURCES = { list: 'the list of role assignments', 'resource-graph': 'Azure Resource Graph' } as const;

const KINDS: Readonly<Record<string, string>> = {
  User: 'person',
  Group: 'group',
  ServicePrincipal: 'service principal',
  ForeignGroup: 'group of another tenant',
};

function kindOf(principalType: string): string {
  return KINDS[principalType] ?? principalType;
}

function given({ given: how, givenById, givenByName }: RootAccessDetail): string {
  if (how === 'by-themselves') return 'Given by themselves, as the “elevate access” switch does';
  if (how === 'by-another') return `Given by ${givenByName ?? givenById ?? 'somebody else'}`;
  return 'Azure does not say who gave it';
}
