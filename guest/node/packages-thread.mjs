// The resolve hook of packages.cjs on the thread that Node.js 20 has for it.
import packages from "./packages.cjs";

let search;

export function initialize({ taskRoot, nodePath }) {
  search = packages.createSearch(taskRoot, nodePath);
}

export const resolve = (specifier, context, next) => search.resolve(specifier, context, next);
