import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { hasGraphicsLibrary } from '#engine/backends/machine.ts';

const drivers = '/usr/lib/chromium';
const driver = join(drivers, 'vk_swiftshader_icd.json');

/**
 * What lets a child process compute through WebGPU on the processor: SwiftShader, which Debian's Chromium brings, and Vulkan's
 * loader, which it brings too. Slow, but its numbers are a graphics card's.
 */
export function softwareVulkan(): { readonly env: NodeJS.ProcessEnv } | { readonly missing: string } {
  if (!existsSync(driver)) return { missing: `no ${driver}: apt install chromium` };
  if (hasGraphicsLibrary()) return { env: { VK_ICD_FILENAMES: driver } };
  if (!existsSync(join(drivers, 'libvulkan.so.1'))) return { missing: 'no libvulkan.so.1: apt install libvulkan1' };
  return { env: { VK_ICD_FILENAMES: driver, LD_LIBRARY_PATH: drivers } };
}
