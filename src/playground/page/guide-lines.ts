import type { CaseState, GuideLine } from './page-state.ts';

/** What to try, in three lines; each ticks itself off when any case has come that far. */
export function guideLines(cases: readonly CaseState[]): readonly GuideLine[] {
  const requests = cases.filter((one) => one.flow === 'accessRequest');
  const given = requests.filter((one) => one.visited.includes('active'));
  return [
    { id: 'ask', text: 'Ask: as Rita in Slack, press /access and ask for Global Reader.', done: requests.length > 0 },
    {
      id: 'decide',
      text: 'Decide: as Anna in Teams, press Approve. The role appears in the tenant.',
      done: given.length > 0,
    },
    {
      id: 'end',
      text: 'End: move the clock to the next event. The role goes by itself.',
      done: given.some((one) => one.over),
    },
  ];
}
