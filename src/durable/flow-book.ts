import { AppError } from '../access/core/app-error.ts';
import { checkFlow } from './flow-check.ts';
import type { Flow } from './port.ts';

/** The registered flows, several versions of one id side by side. */
export interface FlowBook {
  /** The newest version, in which new cases begin. @throws {AppError} `flow.unknown` */
  newest(id: string): Flow;
  /** The version in which a case began; it stays in it. @throws {AppError} `flow.version-missing` */
  exactly(id: string, version: string): Flow;
  readonly all: readonly Flow[];
}

/** @throws {AppError} `flow.impure`, `flow.twice` */
export function createFlowBook(flows: readonly Flow[]): FlowBook {
  const byVersion = new Map<string, Flow>();
  const newest = new Map<string, Flow>();
  for (const flow of flows) {
    checkFlow(flow);
    const key = `${flow.machine.id}@${versionOf(flow)}`;
    if (byVersion.has(key)) throw new AppError('flow.twice', `flow ${key} is registered twice`);
    byVersion.set(key, flow);
    const other = newest.get(flow.machine.id);
    if (other === undefined || isNewer(versionOf(flow), versionOf(other))) newest.set(flow.machine.id, flow);
  }
  return {
    all: flows,
    newest(id) {
      const flow = newest.get(id);
      if (flow === undefined) throw new AppError('flow.unknown', `no flow ${id} is registered`);
      return flow;
    },
    exactly(id, version) {
      const flow = byVersion.get(`${id}@${version}`);
      if (flow === undefined)
        throw new AppError('flow.version-missing', `a case runs in flow ${id}@${version}, which this program does not have`, {
          hint: 'Start the version of Hallpass that has it, or one with a migration for it.',
        });
      return flow;
    },
  };
}

export function versionOf(flow: Flow): string {
  return flow.machine.version ?? '';
}

function isNewer(a: string, b: string): boolean {
  return a.localeCompare(b, 'en', { numeric: true }) > 0;
}
