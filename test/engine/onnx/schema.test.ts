import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import protobuf from 'protobufjs';
import { expect, test } from 'vitest';
import schema from '../../../engine/onnx/onnx-schema.json' with { type: 'json' };

test('the schema that models are written by is that of onnx.proto', () => {
  const proto = readFileSync(join(import.meta.dirname, '../../../engine/onnx/onnx.proto'), 'utf8');
  const { root } = protobuf.parse(proto, { keepCase: true });
  expect(schema).toEqual(root.toJSON());
});
