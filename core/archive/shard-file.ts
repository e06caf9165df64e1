import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import type { SchemaElement } from 'hyparquet';
import { ByteWriter, parquetWrite } from 'hyparquet-writer';
import * as v from 'valibot';
import { AppError } from '#core/contract/errors.ts';
import type { ArchiveFacts } from './layout.ts';
import { writeShared } from './whole-file.ts';

/*
 * A shard's results as Parquet: one row a page of a file, in the order of content, page and path. Any reader of Parquet can open it
 * (pandas, DuckDB, Spark); the archive's facts are its metadata `minarai.archive`.
 */

export interface ShardRow {
  /** null where the bytes could not be read. */
  readonly sha256: string | null;
  /** Below the pictures' folder, with "/". */
  readonly path: string;
  readonly page: number;
  /** Of the picture itself, pixels; null where it was not read. */
  readonly width: number | null;
  readonly height: number | null;
  /** Why it could not be read; null: it was. */
  readonly reason: string | null;
  /** See engine/learn/look-at-archive.ts. */
  readonly embedding: Float32Array | null;
  readonly score: number | null;
  readonly defectProbability: number | null;
  readonly anomaly: number | null;
}

const optional = { repetition_type: 'OPTIONAL' } as const;
const required = { repetition_type: 'REQUIRED' } as const;
const text = { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } } as const;

const schema: SchemaElement[] = [
  { name: 'root', num_children: 11 },
  { name: 'sha256', ...text, ...optional },
  { name: 'path', ...text, ...required },
  { name: 'page', type: 'INT32', ...required },
  { name: 'status', ...text, ...required },
  { name: 'reason', ...text, ...optional },
  { name: 'width', type: 'INT32', ...optional },
  { name: 'height', type: 'INT32', ...optional },
  { name: 'embedding', num_children: 1, converted_type: 'LIST', logical_type: { type: 'LIST' }, ...optional },
  { name: 'list', num_children: 1, repetition_type: 'REPEATED' },
  { name: 'element', type: 'FLOAT', ...required },
  { name: 'score', type: 'DOUBLE', ...optional },
  { name: 'defect_probability', type: 'DOUBLE', ...optional },
  { name: 'anomaly', type: 'DOUBLE', ...optional },
];

const KEY = 'minarai.archive';

/** What a shard's file says of itself. */
const ShardFacts = v.object({
  archive: v.string(),
  shard: v.number(),
  rows: v.number(),
  /** Which worker made it, and what its engine ran on. */
  worker: v.string(),
  backend: v.string(),
});
export type ShardFacts = v.InferOutput<typeof ShardFacts>;

/** @throws AppError `disk_full`, `write_failed` */
export async function writeShard(
  file: string,
  rows: readonly ShardRow[],
  facts: Omit<ShardFacts, 'rows'>,
): Promise<void> {
  const column = (name: string, of: (row: ShardRow) => unknown) => ({ name, data: rows.map(of) });
  const writer = new ByteWriter();
  await parquetWrite({
    writer,
    schema,
    columnData: [
      column('sha256', (row) => row.sha256),
      column('path', (row) => row.path),
      column('page', (row) => row.page),
      column('status', (row) => (row.reason === null ? 'ok' : 'unreadable')),
      column('reason', (row) => row.reason),
      column('width', (row) => row.width),
      column('height', (row) => row.height),
      column('embedding', (row) => row.embedding && Array.from(row.embedding)),
      column('score', (row) => row.score),
      column('defect_probability', (row) => row.defectProbability),
      column('anomaly', (row) => row.anomaly),
    ],
    kvMetadata: [{ key: KEY, value: JSON.stringify({ ...facts, rows: rows.length } satisfies ShardFacts) }],
    createdBy: 'minarai',
  });
  await writeShared(file, new Uint8Array(writer.getBuffer()));
}

const absent = v.nullish(v.number(), null);
const words = v.nullish(v.string(), null);
const Row = v.pipe(
  v.object({
    sha256: words,
    path: v.string(),
    page: v.number(),
    width: absent,
    height: absent,
    reason: words,
    embedding: v.nullish(v.array(v.number()), null),
    score: absent,
    defect_probability: absent,
    anomaly: absent,
  }),
  v.transform(({ defect_probability: defectProbability, embedding, ...row }): ShardRow => ({
    ...row,
    defectProbability,
    embedding: embedding && Float32Array.from(embedding),
  })),
);

/**
 * Reads a shard back and checks that it is the one that is meant, and whole.
 *
 * @throws AppError `not_found`, `archive_broken`
 */
export async function readShard(
  file: string,
  shard: number,
  { id, dimension }: ArchiveFacts,
): Promise<{ facts: ShardFacts; rows: ShardRow[] }> {
  const broken = (cause?: unknown): AppError => new AppError('archive_broken', { path: file }, { cause });
  const buffer = await asyncBufferFromFile(file).catch((cause: unknown) => {
    throw new AppError('not_found', { path: file }, { cause });
  });
  let facts: ShardFacts;
  let rows: ShardRow[];
  try {
    const metadata = await parquetMetadataAsync(buffer);
    const said = metadata.key_value_metadata?.find(({ key }) => key === KEY)?.value;
    facts = v.parse(ShardFacts, JSON.parse(said ?? 'null'));
    rows = v.parse(v.array(Row), await parquetReadObjects({ file: buffer, metadata }));
  } catch (cause) {
    throw broken(cause);
  }
  const fits = rows.every(
    ({ embedding, reason }) => (embedding?.length ?? null) === (reason === null ? dimension : null),
  );
  if (facts.archive !== id || facts.shard !== shard || facts.rows !== rows.length || !fits) throw broken();
  return { facts, rows };
}
