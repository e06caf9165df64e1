import type { PilotRunProgress } from '#core/app-types.ts';
import { isMessageKey } from '#messages/translate.ts';
import type { Translate } from '#messages/translate.ts';

/** Where progress goes: stderr, so that stdout holds results only. */
export interface Terminal {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

export interface ProgressView {
  show(progress: PilotRunProgress): void;
  /** Ends a bar, so that the next text starts on its own line. */
  end(): void;
}

const BAR_CELLS = 24;
/** A plain log gets a line at each phase and at these shares of it, never hundreds. */
const LINE_EVERY = 0.25;

/** A bar that redraws itself on a terminal; plain lines otherwise. */
export function createProgress(terminal: Terminal, translate: Translate): ProgressView {
  return terminal.isTTY ? bar(terminal, translate) : lines(terminal, translate);
}

function phaseName(progress: PilotRunProgress, translate: Translate): string {
  const key = `phase.${progress.phase}`;
  return isMessageKey(key) ? translate(key, progress.params) : progress.phase;
}

/** "3–5 min left", from a minute on; a range, because a single number would be a promise. */
function timeLeft({ leftLowSeconds, leftHighSeconds }: PilotRunProgress, translate: Translate): string {
  if (leftLowSeconds === null || leftHighSeconds === null || leftHighSeconds < 60) return '';
  const low = Math.floor(leftLowSeconds / 60);
  const high = Math.max(low + 1, Math.ceil(leftHighSeconds / 60));
  return `  ${translate('cli.left', { low, high })}`;
}

function percent(share: number): string {
  return `${Math.floor(share * 100)} %`.padStart(5);
}

function bar(terminal: Terminal, translate: Translate): ProgressView {
  let phase: string | undefined;
  return {
    show(progress) {
      const name = phaseName(progress, translate);
      // A finished phase stays above as a line.
      if (phase !== undefined && phase !== progress.phase) terminal.write('\n');
      phase = progress.phase;
      const full = Math.round(progress.progress * BAR_CELLS);
      const cells = '█'.repeat(full) + '░'.repeat(BAR_CELLS - full);
      terminal.write(`\r\x1b[2K${cells} ${percent(progress.progress)}  ${name}${timeLeft(progress, translate)}`);
    },
    end() {
      if (phase !== undefined) terminal.write('\n');
      phase = undefined;
    },
  };
}

function lines(terminal: Terminal, translate: Translate): ProgressView {
  let phase: string | undefined;
  let next = 0;
  return {
    show(progress) {
      if (progress.phase !== phase) {
        phase = progress.phase;
        next = 0;
      }
      if (progress.progress < next) return;
      next = (Math.floor(progress.progress / LINE_EVERY) + 1) * LINE_EVERY;
      terminal.write(
        `${percent(progress.progress)}  ${phaseName(progress, translate)}${timeLeft(progress, translate)}\n`,
      );
    },
    end() {
      phase = undefined;
    },
  };
}
