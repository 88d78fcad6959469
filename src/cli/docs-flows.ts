import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { accessRequest } from '../../flows/access-request.ts';
import { doubt } from '../../flows/doubt.ts';
import { finding } from '../../flows/finding.ts';
import { freeze } from '../../flows/freeze.ts';
import { grant } from '../../flows/grant.ts';
import { link } from '../../flows/link.ts';
import { refusals } from '../../flows/refusals.ts';
import { retention } from '../../flows/retention.ts';
import { flowPage } from '../durable/flow-diagram.ts';

/** The pages of docs/flows, by file name. `npm run docs:flows` writes them; a test fails when they are stale. */
export function flowPages(): ReadonlyMap<string, string> {
  return new Map([
    ['access-request.md', flowPage(accessRequest, 'flows/access-request.ts')],
    ['grant.md', flowPage(grant, 'flows/grant.ts')],
    ['finding.md', flowPage(finding, 'flows/finding.ts')],
    ['link.md', flowPage(link, 'flows/link.ts')],
    ['freeze.md', flowPage(freeze, 'flows/freeze.ts')],
    ['doubt.md', flowPage(doubt, 'flows/doubt.ts')],
    ['refusals.md', flowPage(refusals, 'flows/refusals.ts')],
    ['retention.md', flowPage(retention, 'flows/retention.ts')],
  ]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = join('docs', 'flows');
  mkdirSync(folder, { recursive: true });
  for (const [name, page] of flowPages()) {
    writeFileSync(join(folder, name), page);
    process.stdout.write(`${join(folder, name)}\n`);
  }
}
