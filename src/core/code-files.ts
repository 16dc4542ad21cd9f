// Which files of a developer's folder are code: the others are neither packed nor is their change worth a reload.

/** Version control, virtual environments, editors' settings, Lambent's own data. */
const folders = new Set([".git", ".hg", ".svn", ".jj", ".idea", ".vscode", ".venv", "__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".lambent"]);

/** What editors and interpreters write beside the code: `a.js~`, `.a.js.swp`, `.#a.js`, `4913` (vim), `a.pyc`. */
const leftovers = /~$|\.sw[a-z]$|^\.#|^#.*#$|^4913$|\.pyc$|^\.DS_Store$/;

/** Of one part of a path, folder or file. */
export const isCodeName = (name: string): boolean => !folders.has(name) && !leftovers.test(name);
