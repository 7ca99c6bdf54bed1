/** A collector that takes OTLP as JSON over HTTP, and the ways in which one can fail. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { eventually } from "@slipstream/testkit/eventually";

/** `hangs`: takes everything and never answers; `drips`: never stops answering. */
export type CollectorMood = "answers" | "refuses" | "hangs" | "drips";

type AttributeValue = string | number | boolean | readonly AttributeValue[] | undefined;

export interface CollectedSpan {
  readonly name: string;
  readonly kind: "server" | "client" | "other";
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly isError: boolean;
  readonly startMs: number;
  readonly endMs: number;
}

export class FakeCollector {
  mood: CollectorMood = "answers";
  readonly #server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      this.requests.push({ path: request.url, authorization: request.headers.authorization });
      this.bodies.push(Buffer.concat(chunks));
      this.#answer(response);
    });
  });
  readonly requests: { path: string | undefined; authorization: string | undefined }[] = [];
  readonly bodies: Buffer[] = [];

  static async start(): Promise<FakeCollector> {
    const collector = new FakeCollector();
    collector.#server.listen(0, "127.0.0.1");
    await once(collector.#server, "listening");
    return collector;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get spans(): readonly CollectedSpan[] {
    return this.bodies.flatMap((body) => readSpans(JSON.parse(body.toString()) as OtlpMessage));
  }

  /** The spans of a trace, once its SERVER span is there: by kind, then in the order of time. */
  async trace(traceId: string): Promise<readonly CollectedSpan[]> {
    return eventually(() => {
      const spans = this.spans.filter((span) => span.traceId === traceId);
      if (!spans.some(({ kind }) => kind === "server")) throw new Error("not there yet");
      return spans;
    });
  }

  /** Cuts all connections. */
  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }

  #answer(response: ServerResponse): void {
    switch (this.mood) {
      case "answers":
        response.writeHead(200, { "content-type": "application/json" }).end("{}");
        return;
      case "refuses":
        response.writeHead(500).end("no");
        return;
      case "hangs":
        return;
      case "drips": {
        const drip = setInterval(() => response.write(" "), 50);
        response.writeHead(200).on("close", () => clearInterval(drip));
      }
    }
  }
}

interface OtlpValue {
  readonly stringValue?: string;
  readonly intValue?: number | string;
  readonly doubleValue?: number;
  readonly boolValue?: boolean;
  readonly arrayValue?: { readonly values: readonly OtlpValue[] };
}

interface OtlpSpan {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly attributes: readonly { readonly key: string; readonly value: OtlpValue }[];
  readonly status: { readonly code?: number; readonly message?: string };
  readonly events: readonly unknown[];
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
}

interface OtlpMessage {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[];
  }[];
}

function readSpans(message: OtlpMessage): readonly CollectedSpan[] {
  return message.resourceSpans.flatMap(({ scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) => spans.map(readSpan)),
  );
}

const KINDS: Readonly<Record<number, CollectedSpan["kind"]>> = { 2: "server", 3: "client" };
const ERROR_STATUS = 2;

function readSpan(span: OtlpSpan): CollectedSpan {
  if (span.events.length > 0 || span.status.message !== undefined) {
    throw new Error(`${span.name} says more than attributes`);
  }
  return {
    name: span.name,
    kind: KINDS[span.kind] ?? "other",
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId,
    attributes: Object.fromEntries(span.attributes.map(({ key, value }) => [key, read(value)])),
    isError: span.status.code === ERROR_STATUS,
    startMs: Number(span.startTimeUnixNano) / 1e6,
    endMs: Number(span.endTimeUnixNano) / 1e6,
  };
}

function read(value: OtlpValue): AttributeValue {
  if (value.arrayValue !== undefined) return value.arrayValue.values.map(read);
  const { stringValue, doubleValue, boolValue } = value;
  if (value.intValue !== undefined) return Number(value.intValue);
  return stringValue ?? doubleValue ?? boolValue;
}
