import type { InferSchemaOutput } from '@orpc/contract';
import type {
  DisturbedEvent,
  EmbedEvent,
  engineContract,
  EngineFacts,
  EvaluateEvent,
  PretrainEvent,
  ScoreEvent,
  TeachEvent,
} from '#core/contract/engine.ts';
import type { ArmEvent } from '#core/contract/engine-arm.ts';
import type { ExportModelEvent } from '#core/contract/engine-export.ts';

type Contract = typeof engineContract;

/** What a call is given: its input after parsing, defaults filled in. */
export type InputOf<
  Name extends
    | 'join'
    | 'pretrain'
    | 'embed'
    | 'evaluate'
    | 'teach'
    | 'score'
    | 'disturbed'
    | 'measureArm'
    | 'explain'
    | 'preview'
    | 'alike'
    | 'neighbours'
    | 'exportModel'
    | 'importModel'
    | 'networkFacts'
    | 'lookAtArchive',
> = InferSchemaOutput<NonNullable<Contract[Name]['~orpc']['inputSchema']>>;

/** What a call that is no stream answers. */
export type AnswerOf<
  Name extends
    'join' | 'explain' | 'preview' | 'alike' | 'neighbours' | 'importModel' | 'networkFacts' | 'lookAtArchive',
> = InferSchemaOutput<NonNullable<Contract[Name]['~orpc']['outputSchema']>>;

/**
 * Everything the engine can do, as plain functions: what {@link file://./serve.ts serve.ts} puts behind the contract.
 * Streams end by themselves, throw AppError, and throw the signal's reason once it is aborted.
 */
export interface EngineWork {
  probe(): Promise<EngineFacts>;
  join(input: InputOf<'join'>, signal: AbortSignal): Promise<AnswerOf<'join'>>;
  pretrain(input: InputOf<'pretrain'>, signal: AbortSignal): AsyncGenerator<PretrainEvent>;
  /** Asks the running pretraining to save a checkpoint and end. @returns whether there was one to ask */
  pause(): boolean;
  embed(input: InputOf<'embed'>, signal: AbortSignal): AsyncGenerator<EmbedEvent>;
  evaluate(input: InputOf<'evaluate'>, signal: AbortSignal): AsyncGenerator<EvaluateEvent>;
  teach(input: InputOf<'teach'>, signal: AbortSignal): AsyncGenerator<TeachEvent>;
  score(input: InputOf<'score'>, signal: AbortSignal): AsyncGenerator<ScoreEvent>;
  exportModel(input: InputOf<'exportModel'>, signal: AbortSignal): AsyncGenerator<ExportModelEvent>;
  importModel(input: InputOf<'importModel'>): Promise<AnswerOf<'importModel'>>;
  disturbed(input: InputOf<'disturbed'>, signal: AbortSignal): AsyncGenerator<DisturbedEvent>;
  measureArm(input: InputOf<'measureArm'>, signal: AbortSignal): AsyncGenerator<ArmEvent>;
  networkFacts(input: InputOf<'networkFacts'>): Promise<AnswerOf<'networkFacts'>>;
  lookAtArchive(input: InputOf<'lookAtArchive'>, signal: AbortSignal): Promise<AnswerOf<'lookAtArchive'>>;
  explain(input: InputOf<'explain'>): Promise<AnswerOf<'explain'>>;
  alike(input: InputOf<'alike'>): Promise<AnswerOf<'alike'>>;
  neighbours(input: InputOf<'neighbours'>): Promise<AnswerOf<'neighbours'>>;
  preview(input: InputOf<'preview'>): Promise<AnswerOf<'preview'>>;
}
