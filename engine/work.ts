import type { ContractRouterClient } from '@orpc/contract';
import type {
  EmbedEvent,
  engineContract,
  EngineFacts,
  EvaluateEvent,
  PretrainEvent,
  ScoreEvent,
  TeachEvent,
} from '#core/contract/engine.ts';

type Calls = ContractRouterClient<typeof engineContract>;

/** What a call is given once its input has been parsed. */
export type InputOf<Name extends keyof Calls> = NonNullable<Parameters<Calls[Name]>[0]>;
