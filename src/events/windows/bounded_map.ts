/** A map that forgets what was set longest ago. */
export class BoundedMap<K, V> {
  readonly #entries = new Map<K, V>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  get(key: K): V | undefined {
    return this.#entries.get(key);
  }

  /** Whether another entry had to be forgotten for it. */
  set(key: K, value: V): boolean {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= this.#most) return false;
    this.#entries.delete(this.#entries.keys().next().value!);
    return true;
  }

  delete(key: K): void {
    this.#entries.delete(key);
  }
}
