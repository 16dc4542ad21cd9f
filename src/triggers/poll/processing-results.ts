// What came of the last batch of each mapping: LastProcessingResult, as the API shows it. In memory; a restart begins anew.

export class ProcessingResults {
  readonly #results = new Map<string, string>();

  /** `uuid` of the mapping. Undefined: nothing was processed yet. */
  of(uuid: string): string | undefined {
    return this.#results.get(uuid);
  }

  tell(uuid: string, result: string): void {
    this.#results.set(uuid, result);
  }

  forget(uuid: string): void {
    this.#results.delete(uuid);
  }
}
