/** A stream that breaks off tells every client why, also one that reads slowly, and never looks complete. */
import { execFile, execFileSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import OpenAI from "openai";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { postChat, streamOf } from "../gateway-rig.ts";
import { startMockProcess } from "../mock-process.ts";
import { say } from "./say.ts";
import { besiege } from "./siege.ts";
import type { Siege } from "./siege.ts";

/** Ten of each kind of end. */
const STREAMS = 30;
const FAILURES = ["error", "reset", "cut"];
const MODELS = Object.fromEntries(
  FAILURES.map((fail) => [`breaks-${fail}`, [`mock/tokens=40,fail=${fail},failAfter=20`]]),
);
const MESSAGES = [{ role: "user" as const, content: "hi" }];
const CODE = /"code":"(?:upstream_\w+)"/;

/** What one client could tell its user. */
interface LastWords {
  readonly sawError: boolean;
  readonly sawComplete: boolean;
  readonly sawDone: boolean;
}

let siege: Siege;

beforeEach(async () => {
  const mock = await startMockProcess();
  onTestFinished(() => mock.close());
  siege = await besiege(MODELS, { upstreamUrl: mock.url });
});

async function expectLastWords(read: (model: string) => Promise<LastWords>): Promise<void> {
  const seen: LastWords[] = [];
  for (let stream = 0; stream < STREAMS; stream++) {
    seen.push(await read(`breaks-${FAILURES[stream % FAILURES.length]}`));
  }
  const count = (name: keyof LastWords): number => seen.filter((words) => words[name]).length;
  const counts = {
    sawError: count("sawError"),
    sawComplete: count("sawComplete"),
    sawDone: count("sawDone"),
  };
  say(`${expect.getState().currentTestName}: ${JSON.stringify(counts)} of ${STREAMS}`);
  expect(counts).toEqual({ sawError: STREAMS, sawComplete: 0, sawDone: 0 });
}

test.each([0, 10, 50])("undici's fetch, %i ms for each chunk", async (paceMs) => {
  await expectLastWords(async (model) => {
    const response = await postChat(siege, streamOf(model));
    const decoder = new TextDecoder();
    let text = "";
    let hasEnded = false;
    try {
      for await (const chunk of response.body ?? []) {
        text += decoder.decode(chunk, { stream: true });
        if (paceMs > 0) await sleep(paceMs);
      }
      hasEnded = true;
    } catch {
      // A connection that is cut: as it is meant to be.
    }
    return {
      sawError: CODE.test(text),
      sawComplete: hasEnded && !CODE.test(text),
      sawDone: text.includes("[DONE]"),
    };
  });
});

function openClient(): OpenAI {
  return new OpenAI({ baseURL: siege.gateway.baseUrl, apiKey: siege.key, maxRetries: 0 });
}

test.each([0, 10])("the openai client's iterator, %i ms for each chunk", async (paceMs) => {
  const client = openClient();
  await expectLastWords(async (model) => {
    try {
      const body = { model, messages: MESSAGES, stream: true } as const;
      let finish: string | null | undefined;
      for await (const chunk of await client.chat.completions.create(body)) {
        finish = chunk.choices[0]?.finish_reason ?? finish;
        if (paceMs > 0) await sleep(paceMs);
      }
      return { sawError: false, sawComplete: true, sawDone: finish !== undefined };
    } catch (error) {
      return toLastWords(error);
    }
  });
});

test("the openai client's helper", async () => {
  const client = openClient();
  await expectLastWords(async (model) => {
    try {
      await client.chat.completions.stream({ model, messages: MESSAGES }).finalChatCompletion();
      return { sawError: false, sawComplete: true, sawDone: true };
    } catch (error) {
      return toLastWords(error);
    }
  });
});

function toLastWords(error: unknown): LastWords {
  const sawError = error instanceof OpenAI.APIError && error.code?.startsWith("upstream_") === true;
  return { sawError, sawComplete: false, sawDone: false };
}

const PYTHON_CLIENT = `
import json, sys, openai
url, key, model = sys.argv[1:]
client = openai.OpenAI(base_url=url, api_key=key, max_retries=0)
messages = [{"role": "user", "content": "hi"}]
code, complete = None, False
try:
    for chunk in client.chat.completions.create(model=model, messages=messages, stream=True):
        pass
    complete = True
except openai.APIError as error:
    code = error.code
print(json.dumps({"code": code, "complete": complete}))
`;

test.skipIf(!hasPythonClient())(
  "the openai client for Python (needs python3 with openai)",
  async () => {
    await expectLastWords(async (model) => {
      const words = ["-c", PYTHON_CLIENT, siege.gateway.baseUrl, siege.key, model];
      const { stdout } = await promisify(execFile)("python3", words);
      const { code, complete } = JSON.parse(stdout) as { code: string | null; complete: boolean };
      return {
        sawError: code?.startsWith("upstream_") === true,
        sawComplete: complete,
        sawDone: complete,
      };
    });
  },
);

function hasPythonClient(): boolean {
  try {
    execFileSync("python3", ["-c", "import openai"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
