import type { Command } from 'commander';
import { EXIT } from './exit-codes.ts';
import type { EnrollOptions } from './tenant/enroll-tenant.ts';

const FILE = ['--config <file>', 'hallpass.yaml'] as const;
const say = (line: string) => void process.stdout.write(`${line}\n`);

type EnrollFlags = Omit<EnrollOptions, 'say' | 'signal' | 'waitMs'>;

/** `hallpass tenant`: the tenants that one bot works in. */
export function registerTenant(program: Command): void {
  const tenant = program
    .command('tenant')
    .description('The tenants that the bot works in: bring one in, list them, take one out.');
  tenant
    .command('enroll')
    .description(
      'Get an administrator’s consent in one more tenant, prove it by a token of that tenant, and compare what was granted.',
    )
    .requiredOption(...FILE)
    .requiredOption('--tenant <id or domain>', 'the tenant')
    .requiredOption('--name <name>', 'how it is called in hallpass.yaml and on cards')
    .option('--like <name>', 'whose cloud, application and credential it gets, where the file has several; the first otherwise')
    .option('--redirect-uri <address>', 'where the browser comes back to', 'http://localhost:8477/enrolled')
    .option('--no-listen', 'say the address and stop; the answer comes with --answer')
    .option('--answer <address>', 'the address at which the browser ended')
    .option('--perimeter-url <address>', 'of the perimeter that gives there')
    .option('--perimeter-audience <uri>', 'application ID URI of that perimeter’s API')
    .option('--approve-url <address>', 'origin of the page on which people sign there')
    .option('--home-name <name>', 'how the tenant is called that had no name so far', 'home')
    .option('--write', 'add it to the file, with its comments kept', false)
    .action(async (flags: EnrollFlags) => {
      const { enrollTenant } = await import('./tenant/enroll-tenant.ts');
      const stopping = new AbortController();
      process.once('SIGINT', () => stopping.abort());
      const enrolled = await enrollTenant({ ...flags, say, signal: stopping.signal });
      if (enrolled === 'lacking') process.exitCode = EXIT.finding;
    });
  tenant
    .command('list')
    .description('The tenants of hallpass.yaml.')
    .requiredOption(...FILE)
    .option('--json', 'as JSON', false)
    .action(async ({ config, json }: { readonly config: string; readonly json: boolean }) => {
      const { listTenants, tenantsText } = await import('./tenant/list-tenants.ts');
      const tenants = listTenants(config);
      process.stdout.write(json ? `${JSON.stringify({ v: 1, tenants })}\n` : tenantsText(tenants));
    });
  tenant
    .command('remove <name>')
    .description('Take a tenant out of hallpass.yaml, once nothing of it is open, and say what remains in the tenant.')
    .requiredOption(...FILE)
    .option('--write', 'change the file; otherwise it is only shown', false)
    .action(async (name: string, { config, write }: { readonly config: string; readonly write: boolean }) => {
      const { removeTenant } = await import('./tenant/remove-tenant.ts');
      await removeTenant({ config, name, write, say });
    });
}
