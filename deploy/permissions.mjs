// Prints the Graph permissions that the perimeter's identity needs for directory roles, one a line: `node permissions.mjs p2|plain`.
// p2: PIM ends what is given. plain: only Hallpass does (endsOnlyByHallpass). `hallpass perimeter setup` reads your file and is exact.
import { readFileSync } from 'node:fs';

const licence = process.argv[2];
if (licence !== 'p2' && licence !== 'plain') throw new RangeError('p2 or plain?');
const { identities } = JSON.parse(readFileSync(new URL('../manifest/permissions.json', import.meta.url), 'utf8'));
for (const { resource, kind, name, when, for: only } of identities.find(({ id }) => id === 'perimeter').permissions)
  if (resource === 'Microsoft Graph' && kind === 'application')
    if (only?.includes(`roles-${licence}`) ?? when === undefined) process.stdout.write(`${name}\n`);
