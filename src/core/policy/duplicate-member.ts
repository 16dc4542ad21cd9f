// JSON.parse keeps the last of two members of one name. In a policy that would lose a condition without a word.

const tokens = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g;

/** The first name that an object has twice. `text` is valid JSON. */
export function duplicateMember(text: string): string | undefined {
  /** Names so far of each object that is open; a list has none. */
  const open: Set<string>[] = [];
  for (const [token, colon] of text.matchAll(tokens)) {
    if (token === "{" || token === "[") open.push(new Set());
    else if (token === "}" || token === "]") open.pop();
    else if (colon !== undefined) {
      // As it is read: an escape may spell the same name otherwise.
      const name = String(JSON.parse(token.slice(0, -colon.length)));
      const names = open.at(-1);
      if (names?.has(name) === true) return name;
      names?.add(name);
    }
  }
  return undefined;
}
