import { defineConfig } from '@playwright/test';

const executablePath = process.env['CHROMIUM_PATH'];
const isRoot = process.getuid?.() === 0;

/** The browser tests: the real host, core and TensorFlow, driven through Chromium, one at a time on a small machine. */
export default defineConfig({
  testDir: 'test/e2e',
  outputDir: 'test-results/e2e',
  workers: 1,
  retries: 0,
  forbidOnly: process.env['CI'] === 'true',
  timeout: 240_000,
  expect: { timeout: 15_000 },
  reporter: [['list'], ['json', { outputFile: 'test-results/playwright.json' }]],
  use: {
    // A button that is not there fails by its own name, not by the limit of the whole test.
    actionTimeout: 30_000,
    trace: 'off',
    screenshot: 'only-on-failure',
    locale: 'ja-JP',
    timezoneId: 'Asia/Tokyo',
    launchOptions: {
      ...(executablePath ? { executablePath } : {}),
      // Chromium's sandbox refuses to start as root, as in a container.
      args: isRoot ? ['--no-sandbox'] : [],
    },
  },
});
