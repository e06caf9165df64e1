import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('the packages of MQTT and OPC UA are not loaded before there is such an output', () => {
  const program = `
    import { registerHooks } from 'node:module';
    const asked = [];
    registerHooks({ resolve: (name, context, next) => (asked.push(name), next(name, context)) });
    await import(${JSON.stringify(join(import.meta.dirname, '../../core/outputs/kinds.ts'))});
    console.log(JSON.stringify(asked));`;
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  const asked = JSON.parse(said) as string[];
  expect(asked).toContain('node:tls');
  expect(asked.filter((name) => /^(mqtt|node-opcua)/.test(name))).toEqual([]);
});
