import { expect, test } from "vitest";
import { ManualClock } from "../core/clock.ts";
import { SignedDownloadLinks } from "./download-links.ts";

const blob = "a".repeat(64);
const parts = (link: string): [string, URLSearchParams] => {
  const url = new URL(link);
  return [url.pathname, url.searchParams];
};

test("a link names its blob for ten minutes", () => {
  const clock = new ManualClock();
  const links = new SignedDownloadLinks(clock);
  const link = parts(links.forBlob(blob, "http://127.0.0.1:4566"));
  clock.advance(10 * 60 * 1000);
  expect(links.blobOf(...link)).toBe(blob);
  clock.advance(1);
  expect(links.blobOf(...link)).toBeUndefined();
});

test("a link of another blob, time, key or shape names nothing", () => {
  const clock = new ManualClock();
  const links = new SignedDownloadLinks(clock);
  const link = links.forBlob(blob, "http://127.0.0.1:4566");
  expect(links.blobOf(...parts(link.replace("aaaa", "bbbb")))).toBeUndefined();
  expect(links.blobOf(...parts(link.replace(/expires=\d/, "expires=9")))).toBeUndefined();
  expect(links.blobOf(...parts(link.replace(/signature=.*/, "signature=zz")))).toBeUndefined();
  expect(new SignedDownloadLinks(clock).blobOf(...parts(link))).toBeUndefined();
});
