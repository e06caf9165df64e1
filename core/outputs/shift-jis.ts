/*
 * Shift_JIS, which older production systems read, by the decoder that Node has: what each two bytes stand for, turned round.
 */

/** What stands for a character that Shift_JIS lacks: 〓, as Japanese print has it for a missing type. */
const MISSING = [0x81, 0xac];

let table: ReadonlyMap<string, readonly number[]> | null = null;

/** Every character of Shift_JIS as the WHATWG's encoding standard has it; where two codes mean one, the first but for NEC's and IBM's rows. */
function characters(): ReadonlyMap<string, readonly number[]> {
  if (table !== null) return table;
  const decoder = new TextDecoder('shift_jis', { fatal: true });
  const found = new Map<string, readonly number[]>();
  const take = (...bytes: readonly number[]): void => {
    try {
      const text = decoder.decode(Uint8Array.from(bytes));
      if (text.length === 1 && !found.has(text)) found.set(text, bytes);
    } catch {
      // No character has this code.
    }
  };
  for (let byte = 0; byte < 0x100; byte++) take(byte);
  for (let lead = 0x81; lead <= 0xfc; lead++)
    // The standard leaves out 0xED and 0xEE when it encodes: NEC's copies of IBM's characters.
    if ((lead <= 0x9f || lead >= 0xe0) && lead !== 0xed && lead !== 0xee)
      for (let trail = 0x40; trail <= 0xfc; trail++) if (trail !== 0x7f) take(lead, trail);
  table = found;
  return found;
}

/** What people type and Shift_JIS has under another character that looks the same. */
const alike: Readonly<Record<string, string>> = { '¥': '\\', '‾': '~', '−': '－', '—': '―', '〜': '～', '‖': '∥' };

/** A text in Shift_JIS; 〓 for what it lacks. */
export function shiftJis(text: string): Uint8Array {
  const known = characters();
  const bytes: number[] = [];
  for (const character of text.normalize('NFC'))
    bytes.push(...(known.get(character) ?? known.get(alike[character] ?? '') ?? MISSING));
  return Uint8Array.from(bytes);
}
