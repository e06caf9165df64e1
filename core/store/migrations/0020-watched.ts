/** What an encoder told apart at each checkpoint, and after how much training. */
export const migration = {
  version: 20,
  sql: `
ALTER TABLE checkpoint ADD COLUMN seconds REAL;
ALTER TABLE checkpoint ADD COLUMN watched TEXT;
`,
};
