/** What the parent sends. Typed arrays travel by structured clone (IPC with `serialization: "advanced"`). */
export type ToChild =
  | { readonly kind: "load"; readonly id: number; readonly entry: string }
  | { readonly kind: "open"; readonly id: number; readonly model: Uint8Array; readonly threads: number }
  | { readonly kind: "run"; readonly id: number; readonly inputs: readonly ChildTensor[] };

/** What the child answers. */
export type FromChild =
  | { readonly kind: "done"; readonly id: number }
  | { readonly kind: "ran"; readonly id: number; readonly outputs: readonly ChildTensor[] }
  | { readonly kind: "failed"; readonly id: number; readonly message: string };

export interface ChildTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: unknown;
}

/**
 * Body of the child process that holds an untrusted model. The parent starts it as `node -e "(<this function's text>)()"`, so that one bundled file is
 * enough to isolate a model: it must therefore use nothing from outside its own braces.
 */
export function isolatedChild(): void {
  interface RuntimeTensor {
    readonly type: string;
    readonly dims: readonly number[];
    readonly data: { readonly buffer: ArrayBufferLike; readonly byteOffset: number; readonly length: number };
  }
  interface Session {
    readonly outputNames: readonly string[];
    run(feeds: Record<string, unknown>): Promise<Record<string, RuntimeTensor>>;
  }
  interface Runtime {
    readonly InferenceSession: { create(model: Uint8Array, options: object): Promise<Session> };
  }
  let runtime: Runtime | undefined;
  let session: Session | undefined;
  const reply = (message: FromChild): void => {
    process.send?.(message);
  };
  const load = async (message: Extract<ToChild, { kind: "load" }>): Promise<void> => {
    const { createRequire } = process.getBuiltinModule("node:module");
    runtime = createRequire(message.entry)(message.entry) as Runtime;
    reply({ kind: "done", id: message.id });
  };
  const open = async (message: Extract<ToChild, { kind: "open" }>): Promise<void> => {
    if (!runtime) throw new Error("open before load");
    session = await runtime.InferenceSession.create(message.model, {
      executionProviders: ["cpu"],
      intraOpNumThreads: message.threads,
      interOpNumThreads: 1,
      logSeverityLevel: 4,
    });
    reply({ kind: "done", id: message.id });
  };
  const run = async (message: Extract<ToChild, { kind: "run" }>): Promise<void> => {
    if (!session) throw new Error("run before open");
    const feeds: Record<string, unknown> = {};
    for (const tensor of message.inputs)
      feeds[tensor.name] = { type: tensor.dtype, dims: tensor.shape, data: tensor.data, location: "cpu" };
    const results = await session.run(feeds);
    const outputs = session.outputNames.map((name) => {
      const { type, dims, data } = results[name]!;
      // float16 as bit patterns: a Float16Array does not survive every structured clone.
      const plain = type === "float16" ? new Uint16Array(data.buffer, data.byteOffset, data.length) : data;
      return { name, dtype: type, shape: dims, data: plain };
    });
    reply({ kind: "ran", id: message.id, outputs });
  };
  process.on("message", (message: ToChild) => {
    (message.kind === "load" ? load(message) : message.kind === "open" ? open(message) : run(message)).catch((error: unknown) => {
      reply({ kind: "failed", id: message.id, message: error instanceof Error ? error.message : String(error) });
    });
  });
  // The parent is gone: nobody wants the answer.
  process.on("disconnect", () => process.exit(0));
}
