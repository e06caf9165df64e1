import { AppError } from '../contract/errors.ts';
import type { Core } from '../core.ts';
import type { Golden } from '../golden-check.ts';
import { pilotFacts } from '../pilot-facts.ts';
import { addSignature, exportedSince, signatures } from '../store/signatures.ts';
import { noteOf, type Implementer } from './base.ts';

/** Where the pilot stands, and who signed its report. */
export function guideCalls(os: Implementer, core: Core, golden: Golden) {
  const { store, person, now, pilot } = core;
  const note = noteOf(core);
  const exported = () => exportedSince(store.read, pilot().startedAtMs);
  return {
    guide: {
      facts: os.guide.facts.handler(() => pilotFacts(core, golden)),
      signatures: os.guide.signatures.handler(() => ({
        signatures: signatures(store.read, pilot().id),
        exported: exported(),
      })),
      sign: os.guide.sign.handler(({ input }) => {
        // What was never exported cannot have been signed.
        if (!exported()) throw new AppError('report_not_exported');
        const atMs = now();
        store.write.transaction(() => {
          addSignature(store.write, pilot().id, { ...input, who: person(), atMs });
          note('report.sign', { decision: input.decision, signedBy: input.signedBy, reason: input.note });
        });
        core.changed();
        return { savedAtMs: atMs };
      }),
    },
  };
}
