/** What a flood does to a gateway until it is stopped. */
export type FloodPlan = { readonly port: number } & (
  | InventedKeys
  | PipelinedKeys
  | Probes
  | DeafScrapers
  | Requests
);

/** Each connection asks for the list of models, every time with another key that nobody has. */
interface InventedKeys {
  readonly type: "invented_keys";
  readonly connections: number;
}

/** The same, many requests at once on each connection, and the next ones when all are answered. */
interface PipelinedKeys {
  readonly type: "pipelined_keys";
  readonly connections: number;
  readonly depth: number;
}

/** `/readyz` on the admin port. */
interface Probes {
  readonly type: "probes";
  readonly connections: number;
}

/** `/metrics` on the admin port, several times on each connection, and nothing is ever read. */
interface DeafScrapers {
  readonly type: "deaf_scrapers";
  readonly connections: number;
  readonly depth: number;
}

/** Requests for a model, each on a connection of its own; what comes is read and thrown away. */
interface Requests {
  readonly type: "requests";
  readonly key: string;
  readonly model: string;
  readonly isStream: boolean;
  readonly parallel: number;
}

export interface FloodResult {
  /** Answers, as far as they were counted, by status. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Connections that were opened. */
  readonly opened: number;
}

export interface FloodProgram {
  readonly plan: FloodPlan;
  readonly ready: undefined;
  readonly result: FloodResult;
}
