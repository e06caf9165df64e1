import { mkdir } from 'node:fs/promises';
import { afterAll, beforeAll, it } from 'vitest';
import { openWorkbench, type Workbench } from './window.ts';
import { leave, screens, visit } from './screens.ts';
import { worlds, type WorldName } from './worlds.ts';
let bench: Workbench;
beforeAll(async () => void (bench = await openWorkbench()));
afterAll(() => bench.close());
const only = new RegExp(process.env['ONLY'] ?? '.');
const out = process.env['OUT'] ?? '/tmp/look';
const variants = (process.env['VARIANTS'] ?? 'ja-light,en-dark').split(',');
it('shots', { timeout: 600_000 }, async () => {
  await mkdir(out, { recursive: true });
  for (const world of Object.keys(worlds) as WorldName[]) {
    const mine = screens.filter((one) => one.world === world && only.test(one.name));
    if (mine.length === 0) continue;
    const shown = await bench.open('today', worlds[world].stage);
    const { page, server, faults } = shown;
    worlds[world].prepare?.(server.core);
    if (process.env['BIG']) await page.setViewportSize({ width: 3840, height: 2160 });
    for (const variant of variants) {
      const [locale, theme] = variant.split('-') as ['ja' | 'en', 'light' | 'dark'];
      server.core.change({ settings: { ...server.core.state.settings, locale } });
      await page.evaluate((one) => localStorage.setItem('minarai.theme', one), theme);
      await page.reload();
      for (const screen of mine) {
        try {
          await visit(shown, screen);
          await page.waitForLoadState('networkidle');
          await page.waitForTimeout(250);
        } catch (error) { console.log(screen.name, String(error).slice(0, 200)); }
        if (process.env['TALL']) await page.setViewportSize({ width: 1366, height: 1600 });
        await page.screenshot({ path: `${out}/${screen.name}-${variant}${process.env['BIG'] ? '-4k' : ''}.png` });
        const found = await page.evaluate(() => {
          const m = document.querySelector('main'); const bad: string[] = [];
          if (m && m.scrollWidth > m.clientWidth + 1) bad.push('SIDEWAYS');
          for (const e of document.querySelectorAll('main *, header *, nav *, dialog *')) {
            const s = getComputedStyle(e);
            if (e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 2 && s.overflowX === 'hidden' && s.textOverflow !== 'ellipsis' && e.textContent?.trim()) bad.push('CUT ' + e.className + ' ' + e.textContent.trim().slice(0, 40));
            const r = e.getBoundingClientRect(); const p = e.parentElement?.getBoundingClientRect();
            if (p && r.width && r.right > p.right + 3 && s.position === 'static' && e.textContent?.trim() && getComputedStyle(e.parentElement!).overflowX === 'visible') bad.push('OUT ' + e.tagName + '.' + e.className + ' in ' + e.parentElement!.className + ': ' + e.textContent.trim().slice(0, 40) + ' ' + Math.round(r.right - p.right));
          }
          return bad.slice(0, 12);
        });
        if (found.length) console.log(screen.name, variant, '\n   ' + found.join('\n   '));
        await leave(shown, screen);
      }
    }
    if (faults.length) console.log(world, faults);
    await page.close();
  }
});
