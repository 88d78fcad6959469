import type { WhyUnlinked } from '../../../flows/link.ts';
import { AppError } from '../../access/core/app-error.ts';
import type { Names } from '../../chat/names.ts';
import type { People } from '../../chat/people.ts';
import { named } from '../../chat/projections/words.ts';
import type { Address } from '../../chat/surface.ts';
import type { CommandHandler } from '../../durable/port.ts';
import type { Log } from '../../observe/log.ts';
import type { Surfaces } from '../channels.ts';
import { type Link, linkOf } from '../links.ts';

export interface TellLinkParts {
  readonly surfaces: Surfaces;
  readonly people: Pick<People, 'addressesOf'>;
  readonly names: Pick<Names, 'known'>;
  readonly log: Log;
}

/**
 * Tells whoever can be reached at either end: the Slack account, and the person wherever else they are known. Somebody whose account was
 * linked by another hears of it there. A crash between two tellings may repeat one.
 */
export function tellLink(
  { surfaces, people, names, log }: TellLinkParts,
  say: (link: Link, name: string) => string,
): CommandHandler {
  return async (command, context) => {
    const link = linkOf(context.view());
    if (link === undefined) return undefined;
    const { account, person } = link;
    const own: Address = { platform: 'slack', workspaceId: account.workspaceId, userId: account.userId };
    const elsewhere = people.addressesOf(person).filter(({ platform }) => platform !== own.platform);
    const { name } = named(await names.known([person]), person);
    for (const address of [own, ...elsewhere]) {
      const key = `told/${command.key}/${address.platform}`;
      if (context.view().links.some((told) => told.key === key)) continue;
      try {
        await surfaces.get(address.platform)?.post(address, { kind: 'note', text: say(link, name) });
      } catch (error) {
        if (error instanceof AppError && error.retryable) throw error;
        // An account that is gone cannot be written to, and the link stands or falls without it.
        log.info({ err: error, platform: address.platform }, 'nobody could be told of a link there');
      }
      await context.link({ key, value: true });
    }
    return undefined;
  };
}

export function linkedWords({ account }: Link, name: string): string {
  return `The Slack account ${account.userId} is now linked to ${name} in Microsoft Entra: what one of the two does in Hallpass, the other has done. If that was not you, type /access unlink in Slack, and tell whoever runs Hallpass.`;
}

export function unlinkedWords({ account, why }: Link, name: string): string {
  return `The Slack account ${account.userId} is no longer linked to ${name} in Microsoft Entra: ${BECAUSE[why ?? 'operator']}. Type /access in Slack to link again. What was given ends when it was going to.`;
}

const BECAUSE: Readonly<Record<WhyUnlinked, string>> = {
  person: 'you unlinked it',
  operator: 'somebody who runs Hallpass unlinked it',
  disabled: 'the Entra account is disabled',
  gone: 'the Entra account no longer exists',
};
