/**
 * What a Conditional Access policy asks of a sign-in that requests the context. `none`: no policy is bound to it, and Entra then says that it is
 * satisfied without asking for anything. `mfa`: once in the session is enough. `everyTime`: sign-in frequency "every time".
 */
export type ContextPolicy = 'none' | 'mfa' | 'everyTime';

/** Whether that policy is in force; only an enabled one asks for anything. Source: https://learn.microsoft.com/graph/api/resources/conditionalaccesspolicy */
export type PolicyState = 'enabled' | 'disabled' | 'enabledForReportingButNotEnforced';

/** Source: https://learn.microsoft.com/graph/api/resources/authenticationcontextclassreference */
export interface AuthenticationContext {
  /** `c1` to `c99`. */
  readonly id: string;
  readonly displayName: string;
  readonly description: string;
  readonly isAvailable: boolean;
  readonly policy: ContextPolicy;
  /** Default: enabled. */
  readonly policyState?: PolicyState;
}

export interface AuthenticationContexts {
  all(): readonly AuthenticationContext[];
  get(id: string): AuthenticationContext | undefined;
  set(context: AuthenticationContext): void;
  /** @throws {RangeError} a context that the tenant does not have */
  bind(id: string, policy: ContextPolicy, policyState?: PolicyState): void;
  remove(id: string): void;
  reset(): void;
}

export function createAuthenticationContexts(): AuthenticationContexts {
  const contexts = new Map<string, AuthenticationContext>();
  const model: AuthenticationContexts = {
    all: () => [...contexts.values()],
    get: (id) => contexts.get(id),
    set: (context) => void contexts.set(context.id, context),
    bind(id, policy, policyState = 'enabled') {
      const context = contexts.get(id);
      if (context === undefined) throw new RangeError(`no authentication context ${id}`);
      contexts.set(id, { ...context, policy, policyState });
    },
    remove: (id) => void contexts.delete(id),
    reset() {
      contexts.clear();
      model.set({
        id: 'c1',
        displayName: 'Sign for privileged access',
        description: 'Asks for the authenticator before somebody gives privileged access.',
        isAvailable: true,
        policy: 'mfa',
      });
    },
  };
  model.reset();
  return model;
}
