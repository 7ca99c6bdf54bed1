/** Answers every query with the same few series, and some with nothing or an error. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface FakePrometheus {
  readonly url: string;
  close(): void;
}

const POINTS = 60;

export async function startFakePrometheus(): Promise<FakePrometheus> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://fake");
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(answer(url.pathname, url.searchParams)));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function answer(path: string, words: URLSearchParams): object {
  const query = words.get("query") ?? "";
  if (query === "broken(") return { status: "error", error: "parse error: unexpected end" };
  const end = Number(words.get("end") ?? words.get("time") ?? "0");
  switch (path) {
    case "/api/v1/targets":
      return good({ activeTargets: [{ scrapeInterval: "1s", health: "up" }] });
    case "/api/v1/query":
      return good({ resultType: "vector", result: query === "nothing" ? [] : toVector(end) });
    case "/api/v1/query_range":
      return good({
        resultType: "matrix",
        result: query === "nothing" ? [] : toMatrix(query, end),
      });
    case "/api/v1/query_exemplars":
      return good([
        {
          seriesLabels: {},
          exemplars: [{ labels: { trace_id: "1" }, value: "20", timestamp: end - 30 }],
        },
      ]);
    default:
      return good(["a", "b"]);
  }
}

function good(data: object): object {
  return { status: "success", data };
}

function toVector(time: number): object[] {
  return ["a", "b"].map((model, index) => ({
    metric: { model },
    value: [time, String(10 * (index + 1))],
  }));
}

function toMatrix(query: string, end: number): object[] {
  const isBuckets = query.includes("bucket");
  const last = Math.floor(end);
  return (isBuckets ? ["0.1", "0.5", "+Inf"] : ["a", "b", "c"]).map((name, index) => ({
    metric: isBuckets ? { le: name } : { model: name },
    values: Array.from({ length: POINTS }, (_, point) => [
      last - POINTS + point + 1,
      String(10 * (index + 1) + 5 * Math.sin(point / 8 + (isBuckets ? 0 : index))),
    ]),
  }));
}
