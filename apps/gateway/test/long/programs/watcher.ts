/** Well-behaved clients and a probe, which tell what they are served while others misbehave. */
import { connect } from "node:net";
import { nowMs } from "@slipstream/mock-upstream/monotonic-clock";
import { LoadConnection } from "../load-connection.ts";
import { toNumberedId, toRequestText } from "../numbered-requests.ts";
import { runProgram, untilAborted } from "../run-program.ts";
import type { WatchPlan, WatchProgram, WatchResult, WatchedRequest } from "../watch-plan.ts";

const STEADY_PER_SECOND = 50;
const REVOCABLE_PER_SECOND = 20;
const PROBE_EVERY_MS = 500;
const PROBE_MS_MAX = 2000;
const TICK_MS = 2;

type Asking = { -readonly [Name in keyof WatchedRequest]: WatchedRequest[Name] };

class Watcher {
  readonly #plan: WatchPlan;
  readonly #cutStreams: string[] = [];

  constructor(plan: WatchPlan) {
    this.#plan = plan;
  }

  async run(signal: AbortSignal, ready: () => void): Promise<WatchResult> {
    const { port, adminPort, steady, revocable, streamCount } = this.#plan;
    const begun = Array.from({ length: streamCount }, () => this.#watchStream());
    await Promise.all(begun);
    const probe = "GET /readyz HTTP/1.1\r\nhost: gateway.test\r\n\r\n";
    const asked = [
      askRegularly({ port, everyMs: 1000 / STEADY_PER_SECOND, request: toChat(steady) }, signal),
      askRegularly(
        { port, everyMs: 1000 / REVOCABLE_PER_SECOND, request: toChat(revocable) },
        signal,
      ),
      askRegularly(
        { port: adminPort, everyMs: PROBE_EVERY_MS, request: probe, giveUpMs: PROBE_MS_MAX },
        signal,
      ),
    ] as const;
    ready();
    await untilAborted(signal);
    const cutStreams = [...this.#cutStreams];
    return { steady: asked[0], revocable: asked[1], probes: asked[2], cutStreams };
  }

  /** Resolves when it has begun. */
  #watchStream(): Promise<void> {
    const { port, streams } = this.#plan;
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => undefined);
    const text = toRequestText(streams.key, toNumberedId(0), {
      model: streams.model,
      stream: true,
    });
    socket.write(text);
    let last = "";
    socket.once("close", () => this.#cutStreams.push(last.slice(-300)));
    return new Promise((resolve) => {
      socket.on("data", (bytes: Buffer) => {
        last = bytes.toString();
        resolve();
      });
    });
  }
}

interface Regularly {
  readonly port: number;
  readonly everyMs: number;
  readonly request: string;
  /** Each on a connection of its own, and given up after so long; else connections are kept. ms. */
  readonly giveUpMs?: number;
}

/** @returns what is asked until the signal; it grows. */
function askRegularly(
  { port, everyMs, request, giveUpMs }: Regularly,
  signal: AbortSignal,
): readonly WatchedRequest[] {
  const asked: Asking[] = [];
  const idle: LoadConnection[] = [];
  let dueMs = nowMs();

  function ask(): void {
    const asking: Asking = { dueMs };
    asked.push(asking);
    const connection = takeOpen(idle) ?? new LoadConnection(port);
    connection.exchange(request, (answer) => {
      if (answer !== undefined) {
        asking.status = answer.status;
        asking.endedMs = nowMs();
      }
      if (giveUpMs !== undefined) connection.close();
      else if (connection.isOpen) idle.push(connection);
    });
    if (giveUpMs !== undefined) setTimeout(() => connection.close(), giveUpMs);
  }

  const timer = setInterval(() => {
    if (signal.aborted) return clearInterval(timer);
    for (; dueMs <= nowMs(); dueMs += everyMs) ask();
  }, TICK_MS);
  return asked;
}

function takeOpen(idle: LoadConnection[]): LoadConnection | undefined {
  for (let last = idle.pop(); last !== undefined; last = idle.pop()) if (last.isOpen) return last;
  return undefined;
}

function toChat({ key, model }: WatchPlan["steady"]): string {
  return toRequestText(key, toNumberedId(0), { model });
}

runProgram<WatchProgram>((plan, { signal, ready }) =>
  new Watcher(plan).run(signal, () => ready(undefined)),
);
