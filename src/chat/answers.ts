import { codeOf } from '../access/core/app-error.ts';
import { refuse, type Refusal } from '../access/core/verdict.ts';
import type { Log } from '../observe/log.ts';
import type { Answer } from './desk.ts';
import type { Unknown } from './people.ts';
import type { ChatActor } from './surface.ts';

export const done = (sentence: string): Answer => ({ done: true, sentence });

export function refused({ code, reason, hint, linkUrl }: Unknown): Answer & { readonly done: false } {
  return { done: false, code, reason, hint, ...(linkUrl === undefined ? {} : { linkUrl }) };
}

export const unknownCase = refuse(
  'case.unknown',
  'Hallpass does not know this request.',
  'It may be a very old card. Ask again, or tell whoever runs Hallpass.',
);

/**
 * Anything unforeseen refuses, and says so only to the one who clicked; operators get the detail in the log (design.md 5.7).
 */
export async function guarded<T>(
  log: Log,
  verb: string,
  actor: ChatActor,
  act: () => Promise<T>,
  refuseWith: (refusal: Refusal) => T,
): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const code = codeOf(error);
    log.error(
      { err: error, verb, platform: actor.platform, workspaceId: actor.workspaceId, userId: actor.userId },
      'a click failed',
    );
    return refuseWith(
      code === 'store.full'
        ? refuse(
            'store.full',
            'Hallpass cannot take new requests now: its disk is full.',
            'Operators have been told. What is given is still taken away on time.',
          )
        : refuse(
            code === 'unknown' ? 'internal' : code,
            'Something went wrong on our side, and nothing was done.',
            'Try again; if it stays so, tell whoever runs Hallpass.',
          ),
    );
  }
}
