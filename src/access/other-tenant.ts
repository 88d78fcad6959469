import { refuse } from './core/verdict.ts';

/** Nobody of one tenant has a say in another, whatever its lists name. */
export const otherTenant = refuse(
  'tenant.other',
  'This is given in another tenant than that of your account.',
  'Use your account of that tenant.',
);
