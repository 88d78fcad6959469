import { AppError } from './app-error.ts';
import { API_VERSION, API_VERSION_HEADER } from './perimeter-api.ts';

/**
 * Newest first: each release speaks its own version and the one before, so that bot and perimeter are upgraded one after the other, in either
 * order. There has been one so far. A change that a strict reader of the other side would refuse needs a new one
 * (test/perimeter/api-versions.test.ts).
 */
export const API_VERSIONS: readonly string[] = [API_VERSION];

/** To a caller that named a version which is not spoken here. */
export function versionRefused(named: string | undefined, spoken: readonly string[]): AppError {
  const [own = API_VERSION] = spoken;
  const said = /^\d{1,6}$/.test(named ?? '') ? Number(named) : undefined;
  return new AppError('api.version', 'another API version was named', {
    hint:
      said === undefined
        ? `Send ${API_VERSION_HEADER}: ${own}.`
        : `This perimeter speaks API version ${spoken.join(' and ')}, not ${said}: upgrade the ${said > Number(own) ? 'perimeter' : 'bot'} first, one version at a time.`,
  });
}

/** What to speak to a perimeter that refused a version and names its own newest: it speaks that and the one before, as we do. */
export function versionInCommon(theirs: string | null, refused: string, spoken: readonly string[]): string | undefined {
  const [newest, before] = [Number(theirs), Number(theirs) - 1].map(String);
  return spoken.find((version) => version !== refused && (version === newest || version === before));
}
