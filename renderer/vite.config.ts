import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

/** Served as files by the browser host and by Electron's app:// alike, under a content policy without inline code or data: addresses. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  publicDir: 'public',
  plugins: [svelte({ configFile: '../svelte.config.js' })],
  build: {
    outDir: '../dist/renderer',
    emptyOutDir: true,
    // The app, and the first start of a window of its own, which comes before there is a core.
    rollupOptions: {
      input: { index: `${import.meta.dirname}/index.html`, start: `${import.meta.dirname}/start.html` },
    },
    target: 'es2023',
    cssTarget: 'chrome130',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 800,
  },
});
