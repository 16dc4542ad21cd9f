// What a pure function says of texts that come again and again, found once: names and paths of a hot path.

/** Texts beyond this length are not kept, and no more than so many of the others: callers choose them. */
const longestText = 512;
const usualTexts = 1024;

/** `find`, which must say the same of the same text for ever. What it throws is not kept. */
export function remembered<T>(find: (text: string) => T, mostTexts = usualTexts): (text: string) => T {
  const found = new Map<string, T>();
  return (text) => {
    const known = found.get(text);
    if (known !== undefined || found.has(text)) return known as T;
    const value = find(text);
    if (text.length <= longestText) {
      // Which of them are used is not worth the cost of knowing.
      if (found.size >= mostTexts) found.clear();
      found.set(text, value);
    }
    return value;
  };
}
