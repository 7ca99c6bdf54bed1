/** A wire protocol. Several providers share one. */
export type DialectName = "openai-chat";

/**
 * One model behind one base URL with one credential: the unit of picking, health and limits.
 */
export interface Deployment {
  /** `provider/upstreamModel`, unique within its route: a bounded metric label and a log field. */
  readonly id: string;
  /** Name of the provider in the configuration. */
  readonly provider: string;
  readonly dialect: DialectName;
  /** Without a trailing slash, e.g. `http://10.0.0.5:8000/v1`. */
  readonly baseUrl: string;
  /** Secret. `undefined` for a server that asks for none. */
  readonly apiKey: string | undefined;
  /** The model name that we send. */
  readonly upstreamModel: string;
  /** Lower tiers are tried first. */
  readonly tier: number;
  /** Share of the traffic within a tier; a positive integer. */
  readonly weight: number;
}

/** A public model name and where it may be served, in configuration order. */
export interface Route {
  readonly model: string;
  readonly aliases: readonly string[];
  readonly deployments: readonly [Deployment, ...Deployment[]];
}
