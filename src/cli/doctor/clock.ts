import type { Check } from './check.ts';
import type { TenantParts } from './tenant-parts.ts';

/** Slack and Entra refuse what is five minutes off; a minute before that, somebody should have mended it. */
const TOO_FAR_MS = 240_000;
const NOTICEABLE_MS = 30_000;

/** Whether this machine's clock goes with Graph's: signatures, tokens and ends are judged by it. */
export const clock: Check<TenantParts> = {
  id: 'clock',
  title: 'Clock of this machine',
  async look({ clockAheadMs }) {
    const ahead = await clockAheadMs();
    const off = Math.abs(ahead);
    const says = `it is ${Math.round(off / 1000)} seconds ${ahead > 0 ? 'ahead of' : 'behind'} the time of Graph`;
    const fine = 'it goes with the time of Graph';
    if (off > TOO_FAR_MS) return { problems: [`${says}: tokens and Slack’s signatures are refused at 300`], fine };
    return off > NOTICEABLE_MS ? { warnings: [says], fine } : { fine };
  },
  mend: () => 'timedatectl set-ntp true',
  show: () => 'timedatectl timesync-status',
};
