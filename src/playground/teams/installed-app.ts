import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { AppManifestUtils } from '@microsoft/app-manifest';
import { AppError } from '../../access/core/app-error.ts';
import { isWire } from '../wire.ts';

/** Where the app's manifest lets it be installed. */
export interface InstalledApp {
  readonly personal: boolean;
  readonly team: boolean;
}

/** A far end is started often in one process; the schema takes half a second. By the manifest's text. */
const judged = new Map<string, Promise<InstalledApp>>();

/**
 * The app as an administrator uploads it: refused where Microsoft's own schema of the manifest refuses it, by the package that its
 * tools use. The schema is in the package; nothing is fetched.
 * @throws {AppError} `playground.manifest-refused`
 * @see https://learn.microsoft.com/microsoftteams/platform/resources/schema/manifest-schema
 */
export async function installedApp(manifestFile: string): Promise<InstalledApp> {
  const text = (await readFile(manifestFile, 'utf8')).replace(/^\uFEFF/, '');
  const known = judged.get(text) ?? judge(manifestFile, text);
  judged.set(text, known);
  return known;
}

async function judge(file: string, text: string): Promise<InstalledApp> {
  const manifest: unknown = JSON.parse(text);
  const version = isWire(manifest) ? manifest['manifestVersion'] : undefined;
  if (!isWire(manifest) || !isPublished(version)) throw refused(file, ['manifestVersion is none that Microsoft has published']);
  const $schema = `https://developer.microsoft.com/json-schemas/teams/v${version}/MicrosoftTeams.schema.json`;
  const problems = await AppManifestUtils.validateAgainstSchema({ ...manifest, $schema } as Uploaded);
  if (problems.length > 0) throw refused(file, problems);
  const bots: readonly unknown[] = Array.isArray(manifest['bots']) ? manifest['bots'] : [];
  const scopes = bots.flatMap((bot): readonly unknown[] => (isWire(bot) && Array.isArray(bot['scopes']) ? bot['scopes'] : []));
  return { personal: scopes.includes('personal'), team: scopes.includes('team') };
}

/** In the package, that is: of any other the package would ask the network. */
function isPublished(version: unknown): version is string {
  if (typeof version !== 'string' || !/^\d+\.\d+$/.test(version)) return false;
  const main = createRequire(import.meta.url).resolve('@microsoft/app-manifest');
  return existsSync(join(dirname(main), 'json-schemas/teams', `v${version}`, 'MicrosoftTeams.schema.json'));
}

type Uploaded = Parameters<typeof AppManifestUtils.validateAgainstSchema>[0];

function refused(file: string, problems: readonly string[]): AppError {
  return new AppError('playground.manifest-refused', `Teams refuses ${file}: ${problems.slice(0, 5).join('; ')}`, {
    hint: 'Mend the manifest, or run the tests of the Teams manifest.',
  });
}
