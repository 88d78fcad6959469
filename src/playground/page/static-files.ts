import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const CLIENT = fileURLToPath(new URL('./client/', import.meta.url));
const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  mjs: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  html: 'text/html; charset=utf-8',
};

export interface StaticFile {
  readonly body: string;
  readonly type: string;
}

/** A file of the client's own folder; undefined for anything else, however the path is written. */
export function clientFile(path: string): StaticFile | undefined {
  const file = normalize(join(CLIENT, path));
  if (!file.startsWith(CLIENT) || path.includes('\0') || file.endsWith(sep)) return undefined;
  return read(file);
}

const require = createRequire(import.meta.url);
const beside = (module: string, path: string) => join(dirname(require.resolve(module)), path);
/** The only files of packages that the page gets, found from the module that each package names as its entry. */
const VENDOR: Readonly<Record<string, () => string>> = {
  'preact.mjs': () => beside('preact', 'preact.mjs'),
  'hooks.mjs': () => beside('preact/hooks', 'hooks.mjs'),
  'htm.mjs': () => beside('htm', 'htm.mjs'),
  'adaptivecards.min.js': () => beside('adaptivecards', '../dist/adaptivecards.min.js'),
};

export function vendorFile(name: string): StaticFile | undefined {
  const locate = Object.hasOwn(VENDOR, name) ? VENDOR[name] : undefined;
  return locate === undefined ? undefined : read(locate());
}

/** Scripts come from this server alone; the one inline piece, the import map, is allowed by its digest. */
export function contentSecurityPolicy(html: string): string {
  const inline = /<script type="importmap">([^<]*)<\/script>/.exec(html)?.[1] ?? '';
  const digest = createHash('sha256').update(inline).digest('base64');
  return [
    "default-src 'none'",
    `script-src 'self' 'sha256-${digest}'`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function read(file: string): StaticFile | undefined {
  const type = TYPES[file.split('.').at(-1) ?? ''];
  if (type === undefined) return undefined;
  try {
    // A source map is not served, so its address would only make a needless request.
    return { body: readFileSync(file, 'utf8').replace(/\n?\/\/# sourceMappingURL=.*\s*$/, ''), type };
  } catch {
    return undefined;
  }
}
