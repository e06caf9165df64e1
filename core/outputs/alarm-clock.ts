/** A wait that ends by itself or is ended; keeps no process alive. */
export interface AlarmClock {
  /** Resolves after so many milliseconds, or when it is rung; at once where it was rung since the last wait. */
  readonly wait: (ms: number) => Promise<void>;
  readonly ring: () => void;
  /** What rang before does not count. */
  readonly forget: () => void;
}

export function createAlarmClock(): AlarmClock {
  let rung = false;
  let end: () => void = () => undefined;
  return {
    async wait(ms) {
      if (!rung)
        await new Promise<void>((resolve) => {
          const timer = Number.isFinite(ms) ? setTimeout(resolve, ms).unref() : undefined;
          end = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      rung = false;
    },
    ring() {
      rung = true;
      end();
    },
    forget() {
      rung = false;
    },
  };
}
