/** What request bodies take of the room that all of them share. */
import { expect, test } from "vitest";
import { chatBody, PipelineRig } from "./pipeline-rig.ts";

const MEBIBYTE = 1024 * 1024;

function heldPart({ admission }: PipelineRig): number | undefined {
  return admission.usedParts.get("held_bytes");
}

test("a body of unknown length takes as much as it may have, then as much as it has, then nothing", async () => {
  const body = chatBody();
  const rig = new PipelineRig({
    body,
    heldBytesMax: 100 * MEBIBYTE,
    play() {
      used.push(heldPart(rig));
      rig.client.leave();
    },
  });
  // Its key has not been looked up yet.
  const used = [heldPart(rig)];
  await Promise.resolve();
  used.push(heldPart(rig));
  await rig.handled;
  expect([...used, heldPart(rig)]).toEqual([0, 0.1, body.length / (100 * MEBIBYTE), 0]);
});

test("a body that does not fit is refused before it is read, and no deployment is asked", async () => {
  const rig = new PipelineRig({ body: chatBody(), heldBytesMax: MEBIBYTE });
  await rig.handled;
  expect(rig.client.status).toBe(503);
  expect(rig.shed).toEqual(["held_bytes"]);
  expect(rig.upstream.exchanges).toEqual([]);
  expect(heldPart(rig)).toBe(0);
});
