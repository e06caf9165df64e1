/** Pictures that were picked somewhere else, such as on the map, to be labelled as a group. */
export class PickedPictures {
  #ids = $state.raw<readonly number[]>([]);

  get ids(): readonly number[] {
    return this.#ids;
  }

  pick(ids: readonly number[]): void {
    this.#ids = ids;
  }
}
