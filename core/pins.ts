import { randomBytes } from 'node:crypto';
import { argon2id, argon2Verify } from 'hash-wasm';
import { AppError } from './contract/errors.ts';
import { PIN_DIGITS, pinProblem } from './domain/pin.ts';

/**
 * OWASP's password storage cheat sheet names 19 MiB, two passes, one lane as a least setting of argon2id. It takes about 0.1 s on one
 * busy core here (0.08 to 0.2 s of 6), 46 MiB with one pass 0.14 to 0.21 s: a person does not wait, and the core does not stand still.
 */
const cost = { memorySize: 19 * 1024, iterations: 2, parallelism: 1, hashLength: 32 } as const;

/** The encoded argon2id hash of a PIN, with a salt of its own. Throws `pin_length`, `pin_simple`. */
export async function hashPin(pin: string): Promise<string> {
  const problem = pinProblem(pin);
  if (problem !== null) throw new AppError(`pin_${problem}`, { ...PIN_DIGITS });
  return argon2id({ password: pin, salt: randomBytes(16), ...cost, outputType: 'encoded' });
}

/** Whether a PIN is the one that was hashed. */
export async function isPin(pin: string, hash: string): Promise<boolean> {
  return pin !== '' && argon2Verify({ password: pin, hash });
}
