import { expect, onTestFinished, test } from "vitest";
import { OrderThread } from "./order-thread.ts";

/** What is ordered is done by name; `generation` is how many threads there were before. */
const thread = `
import { parentPort, workerData } from "node:worker_threads";
const generation = workerData.handover ?? 0;
if (generation === 2) throw new Error("no more of them");
parentPort.postMessage({ kind: "ready", handover: generation + 1 });
parentPort.on("message", (message) => {
  if (message === undefined) return parentPort.close();
  const { id, order } = message;
  if (order === "throw") throw new Error("on order");
  if (order === "exit") process.exit();
  if (order === "lose") {
    parentPort.postMessage({ kind: "lost", handover: generation + 1, begun: [id - 1] });
    return parentPort.close();
  }
  if (order === "fail") parentPort.postMessage({ kind: "failed", id, fault: { syscall: "setns", code: "EPERM", message: "not you" } });
  if (order === "ask") parentPort.postMessage({ kind: "done", id, answer: generation });
});`;

function open(script = thread): OrderThread<string, number, number> {
  const opened = new OrderThread<string, number, number>({ name: "the thread", entry: new URL(`data:text/javascript,${encodeURIComponent(script)}`) });
  onTestFinished(() => opened.close());
  return opened;
}

test("an order is answered, or fails as the thread says", async () => {
  const opened = open();
  expect(await opened.order("ask")).toBe(0);
  await expect(opened.order("fail")).rejects.toMatchObject({ name: "KernelError", syscall: "setns", code: "EPERM", message: "not you" });
});

test.each([
  ["throw", "the thread has failed: Error: on order"],
  ["exit", "the thread has failed: it has ended"],
])("a thread that fails (%s) takes with it what is under way, and has a successor", async (order, message) => {
  const opened = open();
  await opened.order("ask");
  const underWay = opened.order("keep");
  const failed = opened.order(order);
  await expect(underWay).rejects.toMatchObject({ code: "EIO", message });
  await expect(failed).rejects.toMatchObject({ code: "EIO", message });
  expect(await opened.order("ask")).toBe(1);
});

test("what a lost thread has not begun its successor begins", async () => {
  const opened = open();
  await opened.order("ask");
  const begun = opened.order("keep");
  // Nobody loses it twice.
  const [lost, later] = [opened.order("lose"), opened.order("ask")];
  lost.catch(() => undefined);
  await expect(later).rejects.toMatchObject({ message: "the thread has failed: Error: no more of them" });
  await expect(begun).rejects.toMatchObject({ code: "EIO" });
});

test("one that cannot even begin is the last", async () => {
  const opened = open(`throw new Error("no koffi here");`);
  await expect(opened.order("ask")).rejects.toMatchObject({ message: "the thread has failed: Error: no koffi here" });
  await expect(opened.order("ask")).rejects.toMatchObject({ message: "the thread has failed: Error: no koffi here" });
});

test("a closed one refuses, also what is under way", async () => {
  const opened = open();
  const underWay = opened.order("keep");
  await Promise.all([opened.close(), opened.close(), expect(underWay).rejects.toMatchObject({ code: "ECANCELED" })]);
  await expect(opened.order("ask")).rejects.toMatchObject({ code: "ECANCELED", message: "the thread is being closed" });
});
