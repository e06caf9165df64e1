/*
 * The wire format of protocol buffers, writing only, as far as a TensorFlow graph needs it: varints, 32-bit floats and
 * length-delimited fields (https://protobuf.dev/programming-guides/encoding/).
 */

const VARINT = 0;
const DELIMITED = 2;
const FIXED32 = 5;

/** Bytes of one message, field by field. */
export class Message {
  readonly #parts: Uint8Array[] = [];

  /** A whole number, also a negative one (as 64-bit two's complement), a boolean or an enum. */
  int(field: number, value: number | boolean): this {
    this.#parts.push(varint((field << 3) | VARINT), varint(Number(value)));
    return this;
  }

  float(field: number, value: number): this {
    const bytes = Buffer.alloc(4);
    bytes.writeFloatLE(value);
    this.#parts.push(varint((field << 3) | FIXED32), bytes);
    return this;
  }

  bytes(field: number, value: Uint8Array): this {
    this.#parts.push(varint((field << 3) | DELIMITED), varint(value.length), value);
    return this;
  }

  string(field: number, value: string): this {
    return this.bytes(field, Buffer.from(value, 'utf8'));
  }

  message(field: number, value: Message): this {
    return this.bytes(field, value.encoded());
  }

  encoded(): Buffer {
    return Buffer.concat(this.#parts);
  }
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}
