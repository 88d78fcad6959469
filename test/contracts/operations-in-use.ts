import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** One call to a far end that Hallpass makes. */
export interface Covered {
  /** `graph GET /users/{user-id}`, as manifest/permissions.json names it. */
  readonly name: string;
  readonly contract: 'graph' | 'arm' | 'slack' | 'bot';
  readonly method: string;
  /** Matches the path of a recorded exchange. */
  readonly path: RegExp;
  /** The identities that make it. */
  readonly by: readonly string[];
}

const operationSchema = z.object({
  contract: z.enum(['graph', 'arm', 'slack', 'bot']),
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
  path: z.string().min(1),
});
const manifestSchema = z.object({
  identities: z.array(
    z.object({
      id: z.string(),
      permissions: z.array(
        z.object({ resource: z.string(), name: z.string(), when: z.string().optional(), operations: z.array(operationSchema) }),
      ),
    }),
  ),
});
type Operation = z.infer<typeof operationSchema>;

const MANIFEST = join(import.meta.dirname, '../../manifest/permissions.json');
const { identities } = manifestSchema.parse(JSON.parse(readFileSync(MANIFEST, 'utf8')));

/** Where each contract's paths begin on the wire; the Bot Connector's service address has a path of its own. */
const PREFIX = { graph: '/v1\\.0', arm: '', slack: '/api/', bot: '(?:/[^/]+)?' } as const;

export const nameOf = ({ contract, method, path }: Operation): string => `${contract} ${method} ${path}`;

/**
 * Every call that Hallpass makes to Graph, ARM, Slack and the Bot Connector, each once. The list is manifest/permissions.json;
 * call-sites.test.ts shows that the code makes these calls and no other.
 */
export function operationsInUse(): Covered[] {
  const found = new Map<string, Covered>();
  for (const { id, permissions } of identities) {
    for (const operation of permissions.flatMap(({ operations }) => operations)) {
      const name = nameOf(operation);
      const by = [...new Set([...(found.get(name)?.by ?? []), id])];
      found.set(name, { name, contract: operation.contract, method: operation.method, path: patternOf(operation), by });
    }
  }
  return [...found.values()];
}

/**
 * Graph permissions of an identity: those it always has, and those for this call alone. `without` it, none of those that the call needs.
 * An identity has one of several where the manifest says `when`.
 */
export function graphPermissions(identity: string, operation: string, how: 'with' | 'without'): readonly string[] {
  const all = identities.find(({ id }) => id === identity)?.permissions ?? [];
  return all
    .filter(({ resource }) => resource === 'Microsoft Graph')
    .filter(({ when, operations }) => {
      const needed = operations.some((each) => nameOf(each) === operation);
      return needed ? how === 'with' : when === undefined;
    })
    .map(({ name }) => name);
}

/** Every Graph permission that the list names for an identity. */
export function grantedIn(identity: string): readonly string[] {
  const all = identities.find(({ id }) => id === identity)?.permissions ?? [];
  return all.filter(({ resource }) => resource === 'Microsoft Graph').map(({ name }) => name);
}

function patternOf({ contract, path }: Operation): RegExp {
  const parts = path.split('/').map((part) => (part.startsWith('{') ? '[^/]+' : part.replaceAll(/[.$]/g, String.raw`\$&`)));
  // A scope is a path by itself, and empty at the root.
  const scoped = parts.join('/').replace(/^\/\[\^\/\]\+\/providers\//, '(?:/.+)?/providers/');
  return new RegExp(`^${PREFIX[contract]}${contract === 'arm' ? scoped : parts.join('/')}$`, 'i');
}
