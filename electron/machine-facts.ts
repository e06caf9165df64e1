import { availableParallelism, freemem, totalmem } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { app } from 'electron';
import * as v from 'valibot';
import type { MachineFact } from '#core/app-types.ts';

/** Of what Chromium knows of graphics cards; vendors are PCI numbers. */
const GpuInfo = v.object({
  gpuDevice: v.array(
    v.object({
      vendorId: v.number(),
      active: v.optional(v.boolean(), false),
      driverVersion: v.optional(v.string(), ''),
      deviceString: v.optional(v.string(), ''),
    }),
  ),
});

const vendors: ReadonlyMap<number, string> = new Map([
  [0x10de, 'NVIDIA'],
  [0x1002, 'AMD'],
  [0x8086, 'Intel'],
]);
const NVIDIA = 0x10de;
const LIMIT_MS = 10_000;

/** The graphics card and its driver, as the browser engine sees them; a card that only imitates one has no known vendor. */
async function gpuFact(): Promise<MachineFact> {
  // A driver that hangs must not keep the other facts.
  const late = setTimeout(LIMIT_MS, null, { ref: false });
  const told = await Promise.race([app.getGPUInfo('complete').catch(() => null), late]);
  const parsed = v.safeParse(GpuInfo, told);
  const cards = parsed.success ? parsed.output.gpuDevice.filter(({ vendorId }) => vendors.has(vendorId)) : [];
  if (cards.length === 0) return { what: 'gpu', status: 'optional', value: '', hint: 'graphics_driver' };
  const value = cards
    .map(({ vendorId, deviceString, driverVersion }) =>
      [deviceString || vendors.get(vendorId), driverVersion].filter(Boolean).join(' · '),
    )
    .join('; ');
  const isNvidia = cards.some(({ vendorId }) => vendorId === NVIDIA);
  return { what: 'gpu', status: isNvidia ? 'ok' : 'optional', value, hint: isNvidia ? null : 'add_gpu' };
}

/**
 * What the shell knows of this machine. TensorFlow's version and device come from the running engine; `npm run pilot -- doctor`
 * looks at everything else by starting Node, which a packaged Electron cannot be.
 */
export async function machineFacts(): Promise<readonly MachineFact[]> {
  const gigabytes = (bytes: number): string => (bytes / 1e9).toFixed(1);
  const fact = (what: string, value: string): MachineFact => ({ what, status: 'ok', value, hint: null });
  return [
    await gpuFact(),
    fact('electron', process.versions['electron'] ?? ''),
    fact('node', process.versions.node),
    fact('cores', String(availableParallelism())),
    fact('memory', `${gigabytes(totalmem())} GB (${gigabytes(freemem())} GB)`),
  ];
}
