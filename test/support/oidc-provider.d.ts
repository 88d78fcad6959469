/** What the tests use of oidc-provider, which comes without types. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  export interface Context {
    readonly oidc: {
      readonly params: Readonly<Record<string, unknown>>;
      readonly claims: Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;
      readonly client: { readonly clientId: string };
      readonly session: { readonly accountId?: string; readonly uid: string };
      readonly provider: Provider;
    };
  }
  export interface Grant {
    addOIDCScope(scopes: string): void;
    addOIDCClaims(claims: readonly string[]): void;
    save(): Promise<string>;
  }
  export interface InteractionDetails {
    readonly uid: string;
    readonly prompt: { readonly name: string; readonly reasons: readonly string[] };
    readonly session?: { readonly accountId?: string; readonly uid: string };
    readonly params: { readonly claims?: string };
  }
  export class Provider {
    constructor(issuer: string, configuration: unknown);
    /** Around every answer; `oidc` is there once a route was found. */
    use(
      middleware: (
        context: { readonly oidc?: { readonly route?: string }; readonly body: Record<string, unknown> },
        next: () => Promise<void>,
      ) => Promise<void>,
    ): void;
    readonly Grant: new (of: {
      readonly clientId: string;
      readonly accountId: string;
    }) => Grant;
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
    interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<InteractionDetails>;
    interactionFinished(request: IncomingMessage, response: ServerResponse, result: unknown): Promise<void>;
  }
  export namespace interactionPolicy {
    class Check {
      static readonly REQUEST_PROMPT: true;
      static readonly NO_NEED_TO_PROMPT: false;
      constructor(reason: string, description: string, check: (context: Context) => boolean);
    }
    interface Prompt {
      readonly checks: { add(check: Check): void };
    }
    function base(): { get(name: 'login' | 'consent'): Prompt };
  }
}
