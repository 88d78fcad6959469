import type { SetupPlan } from './perimeter-setup-plan.ts';

/** Numbered steps; what stands behind `$` is run, what stands behind `-` is the same in the portal. */
export function planText({ cloud, tenantId, steps }: SetupPlan): string {
  const paragraphs = steps.map(({ title, why, commands, portal }, at) =>
    [
      `${at + 1}. ${title}`,
      `   ${why}`,
      ...commands.map((command) => `   $ ${command}`),
      ...(portal.length === 0 ? [] : ['   or in the portal:', ...portal.map((line) => `   - ${line}`)]),
    ].join('\n'),
  );
  return `To set up the perimeter in tenant ${tenantId} (${cloud}):\n\n${paragraphs.join('\n\n')}\n`;
}
