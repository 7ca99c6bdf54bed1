/**
 * nginx, set up as one would for streams: nothing is buffered, connections are kept on both sides.
 * It forwards and does nothing else, which is the point of it.
 */
import { spawnSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { connect } from "node:net";
import { join } from "node:path";
import type { Address } from "../http-connection.ts";
import { COMPLETIONS_PATH, NGINX } from "./subject.ts";
import type { StartSubject } from "./subject.ts";

const HOST = "127.0.0.1";

/** Users of Debian do not have /usr/sbin in their path. */
const PLACES = ["nginx", "/usr/sbin/nginx"] as const;

export interface Nginx {
  readonly binary: string;
  readonly version: string;
}

/** @returns `undefined` when it is not installed. */
export function findNginx(): Nginx | undefined {
  for (const binary of PLACES) {
    const { stderr } = spawnSync(binary, ["-v"], { encoding: "utf8" });
    const version = /nginx\/(\S+)/.exec(stderr ?? "")?.[1];
    if (version !== undefined) return { binary, version };
  }
  return undefined;
}

export function startNginx({ binary }: Nginx): StartSubject {
  return async ({ processes, folder, mock }) => {
    const home = join(folder, "nginx");
    await mkdir(home);
    const address = { host: HOST, port: await findFreePort() };
    const file = join(home, "nginx.conf");
    await writeFile(file, toConfig(home, address, mock));
    const words = [binary, "-p", home, "-e", join(home, "error.log"), "-c", file];
    const { pid, startedMs, untilReady } = processes.start("nginx", "subject", words);
    await untilReady(() => isListening(address));
    return {
      name: NGINX,
      address,
      path: COMPLETIONS_PATH,
      failure: "ends_run",
      startedMs,
      pids: [pid],
      headers: {},
      modelOf: ({ script }) => script,
    };
  };
}

/**
 * Idle connections are closed before the mock, a Node server, closes them after 5 s. Bodies stay in memory.
 */
function toConfig(home: string, address: Address, mock: Address): string {
  const temporaryPaths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  return `
daemon off;
pid ${home}/nginx.pid;
worker_processes 1;
events { worker_connections 4096; }
http {
  access_log off;
  client_body_buffer_size 1m;
  ${temporaryPaths.map((name) => `${name}_temp_path ${home}/${name};`).join("\n  ")}
  keepalive_requests 1000000;
  upstream mock {
    server ${mock.host}:${mock.port};
    keepalive 256;
    keepalive_requests 1000000;
    keepalive_timeout 4s;
  }
  server {
    listen ${address.host}:${address.port};
    location / {
      proxy_pass http://mock;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering off;
    }
  }
}
`;
}

/** nginx cannot choose one itself. Free now and, in all likelihood, a moment later. */
function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, HOST, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" ? (address?.port ?? 0) : 0));
    });
  });
}

function isListening({ host, port }: Address): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
