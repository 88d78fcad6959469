import { writeSync } from 'node:fs';

const MASK = '[masked]';

/** By shape: what stands in a line of ours as in one of a library's. */
const SHAPES: readonly (readonly [RegExp, string])[] = [
  // A JSON Web Token, whole or without its signature.
  [/\beyJ[\w-]{6,}\.[\w-]{6,}(?:\.[\w-]*)?/g, MASK],
  [/\b(Bearer|Basic) +[\w.~+/=-]{6,}/gi, `$1 ${MASK}`],
  // Slack's tokens, and the addresses at which anybody may answer in the app's name.
  // No word boundary before them: in a form within a form they follow the letters of %3D.
  [/(?:xox[a-z]|xapp)-[\w-]{6,}/g, MASK],
  [/(\/(?:actions|commands|services|workflows)\/T[A-Z0-9]+\/\d+\/)[\w-]+/g, `$1${MASK}`],
  // Fields of a form or a query.
  [
    /((?:^|[?&\s"'])(?:client_secret|client_assertion|code|code_verifier|access_token|id_token|refresh_token|assertion)=)[^&\s"'\\]+/g,
    `$1${MASK}`,
  ],
];

/** By name: what libraries print when they are told to be loud. */
const NAMED =
  /((?:authorization|cookie|set-cookie|x-identity-header|x-slack-signature|client_secret|clientSecret|client_assertion|clientAssertion|code_verifier|access_token|id_token|refresh_token|IDENTITY_HEADER|MSI_SECRET)\\*["']?\s*[:=,]\s*\[?\s*\\*["']?)[^"'\\\r\n]+/gi;

/** The text without what lets a reader act as somebody. The last guard, behind the care of whoever writes a line; never the only one. */
export function masked(text: string): string {
  return SHAPES.reduce((rest, [shape, instead]) => rest.replace(shape, instead), text);
}

/**
 * Masks what libraries and Node itself print for `DEBUG`, `NODE_DEBUG` or `AZURE_LOG_LEVEL`, for as long as this process lives. Our own log does
 * not come this way: it masks its own lines (log.ts).
 */
export function maskOutput(...streams: readonly NodeJS.WriteStream[]): void {
  for (const stream of streams) {
    const write = stream.write.bind(stream);
    const guarded = (chunk: Uint8Array | string, ...rest: unknown[]): boolean => {
      const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
      const safe = masked(text).replace(NAMED, `$1${MASK}`);
      // What needs no mask goes as it came: it may be half of a character.
      return Reflect.apply(write, stream, [safe === text ? chunk : safe, ...rest]) as boolean;
    };
    stream.write = guarded;
  }
}

/**
 * Ends the process as Node does when an error is caught by nobody, with exit code 1, and without the properties of the error: Node would print them
 * past every mask, and those of a library hold whole requests.
 */
export function dieMasked(): void {
  process.on('uncaughtException', (error: unknown, origin) => {
    const said = error instanceof Error ? (error.stack ?? error.message) : 'a thrown value that is no error';
    try {
      // At once: whatever comes after a failure that nobody understood might be wrong.
      writeSync(process.stderr.fd, masked(`${origin}: ${said}\n`));
    } finally {
      process.exit(1);
    }
  });
}
