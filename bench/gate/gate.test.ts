import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { git } from "./checkout.ts";
import { parseGateCommand } from "./command-line.ts";
import type { GateOptions } from "./command-line.ts";
import { runGate } from "./gate.ts";
import { judge } from "./judge.ts";

describe("a task is", () => {
  const base = [100, 101, 102, 103, 104, 105, 106, 107, 108, 109];
  const times = (factor: number): number[] => base.map((value) => value * factor);

  test.each([
    ["slower: a tenth, in all rounds", times(1.1), "slower"],
    ["faster: a tenth, in all rounds", times(0.9), "faster"],
    ["the same: certain, but no more than a twentieth", times(1.045), "same"],
    ["the same: much, but in two rounds only", [...base.slice(0, 8), 200, 210], "same"],
    ["the same: nothing differs", base, "same"],
  ])("%s", (_, head, verdict) => {
    const sides = { base: new Map([["task", base]]), head: new Map([["task", head]]) };
    expect(judge(sides).map((judgement) => judgement.verdict)).toEqual([verdict]);
  });
});

describe("the command line", () => {
  test.each([[[]], [["--base"]], [["--base", "main", "--rounds", "9"]], [["main"]]])(
    "refuses %o",
    (words) => {
      expect(parseGateCommand(words).type).toBe("refuse");
    },
  );

  test("takes tasks one by one and in a list", () => {
    const command = parseGateCommand(["--base", "main", "--only", "a,b", "--only", "c"]);
    expect(command.type === "gate" && command.options.measured).toEqual({
      type: "tasks",
      tasks: ["a", "b", "c"],
    });
  });
});

/** ms. Each comparison starts up to 24 Node processes. */
const TIMEOUT_MS = 120_000;

describe("two revisions of a workspace in miniature", { timeout: TIMEOUT_MS }, () => {
  const folder = mkdtempSync(join(tmpdir(), "slipstream-gate-test-"));
  const work = join(folder, "packages", "work");

  /** What is timed lies in a package, which is reached through `node_modules`, as in the real one. */
  function commit(turns: number): string {
    writeFileSync(
      join(work, "work.ts"),
      `export function work(): number {
        let sum = 0;
        for (let turn = 0; turn < ${turns}; turn++) sum += Math.sqrt(turn + sum);
        return sum;
      }`,
    );
    git(folder, "add", "--all");
    const author = ["-c", "user.name=Test", "-c", "user.email=test@localhost"];
    git(folder, ...author, "commit", "--allow-empty", "--message", `${turns} turns`);
    return git(folder, "rev-parse", "HEAD") ?? "";
  }

  let slow = "";
  let fast = "";
  beforeAll(() => {
    for (const path of [work, join(folder, "bench", "micro"), join(folder, "node_modules", "@own")])
      mkdirSync(path, { recursive: true });
    symlinkSync(join("..", "..", "packages", "work"), join(folder, "node_modules", "@own", "work"));
    writeFileSync(join(folder, ".gitignore"), "node_modules\n");
    writeFileSync(join(folder, "package-lock.json"), "{}");
    writeFileSync(join(folder, "package.json"), '{"type": "module"}');
    writeFileSync(
      join(work, "package.json"),
      '{"name": "@own/work", "type": "module", "exports": {"./*": "./*.ts"}}',
    );
    writeFileSync(
      join(folder, "bench", "micro", "suites.ts"),
      `import { work } from "@own/work/work";
      const task = (id: string, kind: string) => ({ id, kind, does: "", run: work });
      const tasks = [task("ours", "production"), task("theirs", "reference")];
      export const SUITES = [{ name: "only", tasks, missing: [], verify() {} }];`,
    );
    git(folder, "init", "--quiet");
    slow = commit(30_000);
    fast = commit(15_000);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** @returns what was printed; afterwards nothing must be left of it. */
  async function play(
    options: Partial<GateOptions>,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<{ isGood: boolean; printed: string }> {
    const before = leftovers();
    const printed: string[] = [];
    try {
      const isGood = await runGate(
        {
          base: fast,
          head: undefined,
          rounds: 6,
          measured: { type: "tasks", tasks: undefined },
          ...options,
        },
        {
          repository: folder,
          plan: { isQuick: true, timeMs: 10, warmupMs: 5 },
          print: (text) => printed.push(text),
          tell: () => undefined,
          signal,
        },
      );
      return { isGood, printed: printed.join("\n") };
    } finally {
      expect(leftovers()).toEqual(before);
    }
  }

  function leftovers(): unknown {
    const folders = readdirSync(tmpdir()).filter((name) => /^slipstream-gate-(?!test)/.test(name));
    return { folders, worktrees: git(folder, "worktree", "list") };
  }

  test("a task that takes twice as long is found, twice", async () => {
    const { isGood, printed } = await play({ head: slow });
    expect(printed).toMatch(/^ours .*SLOWER$/m);
    expect(printed).toContain("Once more");
    expect(printed).toContain("SLOWER: ours");
    expect(printed).not.toContain("theirs");
    expect(isGood).toBe(false);
  });

  test("one that takes half as long is good news", async () => {
    const { isGood, printed } = await play({ base: slow });
    expect(printed).toMatch(/^ours .*faster$/m);
    expect(isGood).toBe(true);
  });

  test("files that were changed and not committed are judged", async () => {
    writeFileSync(join(work, "work.ts"), "export function work() { throw new Error('no'); }");
    await expect(play({})).rejects.toThrow("The head does not run");
    git(folder, "checkout", "--", ".");
  });

  test("the tasks that were asked for", async () => {
    const { printed } = await play({ measured: { type: "tasks", tasks: ["theirs"] } });
    expect(printed).toMatch(/^theirs /m);
    expect(printed).not.toMatch(/^ours /m);
    await expect(play({ measured: { type: "tasks", tasks: ["nothing"] } })).rejects.toThrow(
      "There is no task nothing",
    );
  });

  test("a revision that does not exist", async () => {
    await expect(play({ base: "nowhere" })).rejects.toThrow("There is no revision nowhere.");
  });

  test("an interruption ends it at once, and leaves nothing behind", async () => {
    const interrupt = new AbortController();
    const played = play({}, interrupt.signal);
    setTimeout(() => interrupt.abort(new Error("ended by SIGINT")), 700);
    await expect(played).rejects.toThrow("ended by SIGINT");
    const children = spawnSync("pgrep", ["--full", join(folder, "bench")], { encoding: "utf8" });
    expect(children.stdout).toBe("");
  });
});
