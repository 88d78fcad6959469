import Module from 'node:module';
import type { Cookie } from './rpc-cookie.ts';

export interface Binding {
  readonly type: string;
  readonly route?: string;
  readonly methods?: readonly string[];
  readonly authLevel?: string;
  readonly runOnStartup?: boolean;
  readonly schedule?: string;
}
interface Metadata {
  readonly name: string;
  readonly bindings: Readonly<Record<string, Binding>>;
}
export interface Registered {
  readonly metadata: Metadata;
  readonly callback: Callback;
}
export interface RpcHttp {
  readonly statusCode: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly Cookie[];
  readonly body?: { readonly bytes?: Uint8Array; readonly string?: string } | null;
}
type Callback = (...args: readonly unknown[]) => unknown;
interface InvocationModel {
  getArguments(): Promise<{ readonly context: unknown; readonly inputs: readonly unknown[] }>;
  invokeFunction(context: unknown, inputs: readonly unknown[], callback: Callback): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<{ readonly returnValue?: { readonly http?: RpcHttp } | null }>;
}
interface ProgrammingModel {
  readonly name: string;
  getInvocationModel(context: unknown): InvocationModel;
  getCapabilities(capabilities: object): Promise<object>;
}

export interface Worker {
  readonly functions: ReadonlyMap<string, Registered>;
  modelName(): string | undefined;
  /** From here on nothing more can be registered. */
  start(): Promise<void>;
  invoke(one: Registered, data: unknown): Promise<RpcHttp | undefined>;
  terminate(): Promise<void>;
}

export const triggerOf = ({ bindings }: Metadata) =>
  Object.entries(bindings)
    .map(([name, binding]) => ({ name, ...binding }))
    .find(({ type }) => type.endsWith('Trigger'));

/**
 * The Node.js worker's side: it gives `@azure/functions-core` to whoever requires it, which is no package at all, and calls what was registered.
 * @see https://github.com/Azure/azure-functions-nodejs-worker
 */
export function installWorker(): Worker {
  const functions = new Map<string, Registered>();
  const terminating: Callback[] = [];
  let model: ProgrammingModel | undefined;
  let started = false;
  provide('@azure/functions-core', {
    version: '3.12.0',
    hostVersion: '4.1048.0',
    setProgrammingModel(one: ProgrammingModel) {
      model = one;
    },
    getProgrammingModel: () => model,
    registerFunction(metadata: Metadata, callback: Callback) {
      if (started) throw new Error('A function can only be registered during app startup.');
      functions.set(metadata.name, { metadata, callback });
    },
    registerHook(name: string, callback: Callback) {
      if (name === 'appTerminate') terminating.push(callback);
    },
    log: () => undefined,
  });
  return {
    functions,
    modelName: () => model?.name,
    async start() {
      await model?.getCapabilities({});
      started = true;
    },
    async invoke({ metadata, callback }, data) {
      const invocationId = crypto.randomUUID();
      const request = { invocationId, inputData: [{ name: triggerOf(metadata)?.name, data }], triggerMetadata: {} };
      const invocation = model?.getInvocationModel({ invocationId, metadata, request, log: () => undefined });
      if (invocation === undefined) throw new Error('no programming model was set');
      const { context, inputs } = await invocation.getArguments();
      const result = await invocation.invokeFunction(context, inputs, callback);
      return (await invocation.getResponse(context, result)).returnValue?.http;
    },
    async terminate() {
      for (const callback of terminating) await callback({});
    },
  };
}

/** As the worker does it: by standing in for `require`. */
function provide(name: string, exported: unknown): void {
  // oxlint-disable-next-line typescript/unbound-method -- the proxy hands `this` on
  Module.prototype.require = new Proxy(Module.prototype.require, {
    apply: (target, thisArg, args: [string]): unknown => (args[0] === name ? exported : Reflect.apply(target, thisArg, args)),
  });
}
