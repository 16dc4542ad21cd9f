// What an environment needs of the code store: a folder that stays while the environment runs on it.

export interface CodeTrees {
  /**
   * Unpacks if need be. Several packages are laid over each other, later ones on top. The tree is kept at least until
   * `release`.
   */
  hold(...packages: readonly string[]): Promise<CodeTree>;
}

export interface CodeTree {
  /** Absolute path of the read-only folder. */
  readonly path: string;
  release(): void;
}
