import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const LIST = 'manifest/permissions.json';
const BEGIN = '<!-- permissions -->';
const END = '<!-- /permissions -->';

const operationSchema = z.strictObject({ contract: z.string(), method: z.string(), path: z.string() });
const permissionSchema = z.strictObject({
  resource: z.string(),
  kind: z.string(),
  name: z.string(),
  scope: z.string().optional(),
  when: z.string().optional(),
  /** The same for programs: what deploying it distinguishes (perimeter-setup-permissions.ts). */
  for: z.array(z.string()).optional(),
  why: z.string(),
  without: z.string(),
  operations: z.array(operationSchema),
});
const listSchema = z.strictObject({
  version: z.literal(1),
  identities: z.array(z.strictObject({ id: z.string(), what: z.string(), permissions: z.array(permissionSchema) })),
});
type Permission = z.infer<typeof permissionSchema>;

/** What each identity may do in a tenant, as Markdown: a table an identity, made from manifest/permissions.json. */
export function permissionTables(json: string): string {
  return listSchema
    .parse(JSON.parse(json))
    .identities.map(({ what, permissions }) => {
      const [title = '', ...rest] = what.split(/(?<=\.) /);
      const rows = permissions.map((permission) => `| ${cellsOf(permission).map(inCell).join(' | ')} |`);
      return [`**${title}** ${rest.join(' ')}`, '', '| permission | why | calls |', '|---|---|---|', ...rows].join('\n');
    })
    .join('\n\n');
}

/**
 * The page with the tables between its two marks.
 * @throws {RangeError} when the page has not exactly one pair of marks
 */
export function withPermissions(page: string, tables: string): string {
  const [before = '', inside, ...more] = page.split(BEGIN);
  const [, after, ...evenMore] = (inside ?? '').split(END);
  if (inside === undefined || after === undefined || more.length + evenMore.length > 0)
    throw new RangeError(`the page needs ${BEGIN} and then ${END}, once each`);
  return `${before}${BEGIN}\n\n${tables}\n\n${END}${after}`;
}

function cellsOf({ resource, kind, name, scope, when, why, operations }: Permission): readonly string[] {
  const quoted = kind === 'none' ? name : `\`${name}\``;
  const place = scope === undefined ? '' : ` at \`${scope}\``;
  const what = KINDS[kind] === undefined ? kind : KINDS[kind].replace('{}', resource);
  const condition = when === undefined ? '' : `; only if ${when.charAt(0).toLowerCase()}${when.slice(1).replace(/\.$/, '')}`;
  return [`${quoted}${place}${what === '' ? '' : `, ${what}`}${condition}`, why, callsOf(operations)];
}

/** How each kind of permission is called where it is granted; `{}` is the resource. */
const KINDS: Readonly<Record<string, string>> = {
  application: 'application permission of {}',
  role: 'role in {}',
  scope: 'bot scope',
  userScope: 'scope of each person who links an account',
  installed: 'scope that the app is installed in',
  none: '',
};

/** A path once with all its methods. Slack's are all POST; ids in paths need no names here. */
function callsOf(operations: readonly z.infer<typeof operationSchema>[]): string {
  const methods = Map.groupBy(operations, ({ path }) => path.replaceAll(/\{(?!scope)[^}]+\}/g, '{id}'));
  return [...methods]
    .map(([path, calls]) => (path.startsWith('/') ? `\`${calls.map(({ method }) => method).join(' ')} ${path}\`` : `\`${path}\``))
    .join(', ');
}

function inCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = join(import.meta.dirname, '../..');
  const page = join(root, 'README.md');
  writeFileSync(page, withPermissions(readFileSync(page, 'utf8'), permissionTables(readFileSync(join(root, LIST), 'utf8'))));
  process.stdout.write('README.md\n');
}
