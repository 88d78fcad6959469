import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { z } from 'zod';

const ROOT = join(import.meta.dirname, '../..');
/** The playground calls nobody: it is the far end. */
const FAR_ENDS = /^src\/playground\//;

export interface CallSite {
  readonly file: string;
  /** The call without spaces, up to the first argument's end: `graph.get(path`. */
  readonly call: string;
}

const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => `src/${name.replaceAll('\\', '/')}`)
  .filter((file) => !FAR_ENDS.test(file))
  .toSorted()
  .map((file) => ({ file, text: withoutComments(readFileSync(join(ROOT, file), 'utf8')) }));

/** Every place whose text matches, with as much of the first argument as tells calls apart. */
function places(pattern: RegExp): CallSite[] {
  return sources.flatMap(({ file, text }) =>
    [...text.matchAll(pattern)].map((match) => ({
      file,
      call: `${match[0].replaceAll(/\s+/g, '')}${firstArgument(text, match.index + match[0].length)}`,
    })),
  );
}

/** Slack Web API methods by their names in the client: `web.chat.postMessage(` is `chat.postMessage`. */
export function slackMethods(): readonly string[] {
  const called = places(/\bweb((?:\s*\.\s*\w+)+)\(/g).map(({ call }) => /^web\.([\w.]+)\(/.exec(call)?.[1] ?? call);
  // Bolt's receiver asks for the address of its socket by itself.
  const socket = places(/\bnew SocketModeReceiver\(/g).length > 0 ? ['apps.connections.open'] : [];
  return [...new Set([...called, ...socket])].toSorted();
}

const specSchema = z.object({ httpMethod: z.string(), path: z.string() });

/** Bot Connector operations, by the names of the client's methods, translated with the client's own table. */
export function connectorOperations(): readonly string[] {
  const tables = ['connectorApi/operations/conversations.js', 'teams/operations/teams.js'];
  const clients = tables.map((file) => createRequire(import.meta.url).resolve(`botframework-connector/lib/${file}`));
  const table = clients.map((client) => readFileSync(client, 'utf8')).join('\n');
  const names = places(/(?<!\.)\b(?:conversations\s*\.\s*\w+|teams\s*\.\s*(?:fetch|send|get|cancel)\w+)\(/g).map(
    ({ call }) => /\.(\w+)\(/.exec(call)?.[1] ?? call,
  );
  return [...new Set(names)]
    .map((name) => {
      const text = new RegExp(`const ${name}OperationSpec = \\{\\s*httpMethod: ["'](\\w+)["'],\\s*path: ["']([^"']+)["']`).exec(
        table,
      );
      const { httpMethod, path } = specSchema.parse({ httpMethod: text?.[1], path: text?.[2] });
      return `bot ${httpMethod} /${path}`;
    })
    .toSorted();
}

export const graphCalls = (): readonly CallSite[] => places(/\bgraph\s*\.\s*(?:get|post|delete|list)\(/g);
export const armCalls = (): readonly CallSite[] =>
  places(/\b(?:list\.roleAssignments|arm\.role\w+|resourceGraph)\s*\.\s*\w+\(/g).filter(
    ({ file }) => !file.startsWith('src/posture/'),
  );
/** Whoever speaks HTTP without one of the clients above. */
export const plainRequests = (): readonly string[] => [
  ...new Set(places(/\bfetch\(|\bhttps?\.request\(|\bnew WebSocket\(/g).map(({ file }) => file)),
];
/** Who builds a client of a far end at all. */
export const clientsBuilt = (): readonly string[] =>
  places(
    /\bnew (?:webApi\.)?WebClient\(|\bnew (?:ResourceGraphClient|AuthorizationManagementClient|(?:Teams)?ConnectorClient)\(|\bClient\.init\w*\(/g,
  ).map(({ file, call }) => `${file} ${call.split('(')[0]}`);

function firstArgument(text: string, from: number): string {
  let depth = 0;
  let at = from;
  for (; at < text.length; at++) {
    const char = text[at] ?? '';
    if ('([{'.includes(char)) depth += 1;
    if (')]}'.includes(char)) depth -= 1;
    if (depth < 0 || (depth === 0 && char === ',')) break;
  }
  return text.slice(from, at).replaceAll(/\s+/g, '');
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/[^\n]*/g, '$1');
}
