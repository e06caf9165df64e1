import type { LineSection } from '#core/contract/line-file.ts';
import type { RolloutContents, RolloutPreview } from '#core/contract/rollout.ts';
import type { KeyMap } from './key-map.svelte.ts';
import type { Session } from './session.svelte.ts';

/** What most copies hold: money and this window's keys are asked for. */
const usual = (section: LineSection): boolean => section !== 'costs' && section !== 'keys';

/** A copy of this line for another one, and another one's file that is looked at and taken over. */
export class RolloutDesk {
  readonly #session: Session;
  readonly #keys: KeyMap;
  #contents = $state.raw<RolloutContents | null>(null);
  #preview = $state.raw<RolloutPreview | null>(null);
  #path = '';
  /** What goes into the copy. */
  copies = $state.raw<readonly LineSection[]>([]);
  /** What is taken over. */
  takes = $state.raw<readonly LineSection[]>([]);

  constructor(session: Session, keys: KeyMap) {
    this.#session = session;
    this.#keys = keys;
  }

  /** null until it was read. */
  get contents(): RolloutContents | null {
    return this.#contents;
  }

  /** What the file would change; null while none is looked at. */
  get preview(): RolloutPreview | null {
    return this.#preview;
  }

  async load(): Promise<void> {
    const contents = await this.#session.ask((client) => client.rollout.contents());
    if (!contents) return;
    const can = contents.sections.filter(({ error }) => error === null).map(({ section }) => section);
    this.copies = this.#contents === null ? can.filter(usual) : this.copies.filter((section) => can.includes(section));
    this.#contents = contents;
  }

  toggleCopy(section: LineSection): void {
    this.copies = toggled(this.copies, section);
  }

  /** @returns the file's name; null where it was refused */
  async write(agreed: boolean): Promise<string | null> {
    const input = { sections: [...this.copies], agreed, keys: this.#keys.own };
    return (await this.#session.ask((client) => client.rollout.write(input)))?.file ?? null;
  }

  /** @returns whether the file could be read */
  async look(path: string): Promise<boolean> {
    const found = await this.#session.ask((client) => client.rollout.preview({ path, keys: this.#keys.own }));
    if (!found) return false;
    this.#path = path;
    this.takes = found.sections.filter(usual);
    this.#preview = found;
    return true;
  }

  close(): void {
    this.#preview = null;
  }

  toggleTake(section: LineSection): Promise<void> {
    this.takes = toggled(this.takes, section);
    return this.#lookAgain();
  }

  async match(name: string, cameraId: number | null): Promise<void> {
    if (this.#preview === null) return;
    const cameras = this.#preview.cameras.map((one) => (one.name === name ? { name, cameraId } : one));
    this.#preview = { ...this.#preview, cameras };
    await this.#lookAgain();
  }

  /** What is new or differs in the chosen sections. */
  get changes(): number {
    const chosen = (this.#preview?.items ?? []).filter(({ section }) => this.takes.includes(section));
    return chosen.filter(({ change }) => change === 'new' || change === 'differs').length;
  }

  async take() {
    const preview = this.#preview;
    if (preview === null) return null;
    const { sha256, cameras } = preview;
    const input = { path: this.#path, sha256, cameras, sections: [...this.takes], keys: this.#keys.own };
    const taken = await this.#session.ask((client) => client.rollout.take(input));
    if (!taken) return null;
    if (taken.keys) this.#keys.adopt(taken.keys);
    this.#preview = null;
    await this.load();
    return taken;
  }

  async #lookAgain(): Promise<void> {
    const cameras = this.#preview?.cameras ?? [];
    const input = { path: this.#path, cameras, sections: [...this.takes], keys: this.#keys.own };
    const found = await this.#session.ask((client) => client.rollout.preview(input));
    if (found && this.#preview !== null) this.#preview = found;
  }
}

const toggled = (of: readonly LineSection[], section: LineSection): LineSection[] =>
  of.includes(section) ? of.filter((one) => one !== section) : [...of, section];
