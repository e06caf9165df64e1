/**
 * Counts from the JSON reports of the two test runners. A runner that ends badly without naming a failed test (a file
 * that does not load, an error outside a test, a deadline) counts as one failure: a broken run never looks like a pass.
 *
 * @typedef {{ passed: number, failed: number, skipped: number }} Counts
 * @typedef {{ code: number | null, report: string | undefined }} Ended
 */

/**
 * @typedef {object} VitestReport
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {number} numPendingTests
 * @property {number} numTodoTests
 * @property {{ status: string, assertionResults: { status: string }[] }[]} testResults
 */

/** @param {Ended} ended @returns {Counts} */
export function countVitest({ code, report }) {
  if (report === undefined) return { passed: 0, failed: 1, skipped: 0 };
  /** @type {VitestReport} */
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(report);
  const brokenFiles = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
  );
  const failed = numFailedTests + brokenFiles.length;
  return { passed: numPassedTests, failed: atLeastOneWhenBad(failed, code), skipped: numPendingTests + numTodoTests };
}

/** @param {Ended} ended @returns {Counts} */
export function countPlaywright({ code, report }) {
  if (report === undefined) return { passed: 0, failed: 1, skipped: 0 };
  /** @type {{ stats: { expected: number, unexpected: number, flaky: number, skipped: number } }} */
  const { stats } = JSON.parse(report);
  return {
    passed: stats.expected,
    failed: atLeastOneWhenBad(stats.unexpected + stats.flaky, code),
    skipped: stats.skipped,
  };
}

/** @param {number} failed @param {number | null} code */
function atLeastOneWhenBad(failed, code) {
  return failed === 0 && code !== 0 ? 1 : failed;
}
