/**
 * Row numbers of the store, branded so that a camera's number cannot be handed in where a picture's is wanted. They exist
 * for the type checker only: on the wire and in SQLite each is a plain integer, made one of these where it is parsed.
 */
export type LineId = number & { readonly __line: never };
export type CameraId = number & { readonly __camera: never };
export type ImageId = number & { readonly __image: never };
export type CheckpointId = number & { readonly __checkpoint: never };
export type ModelId = number & { readonly __model: never };
export type ClassId = number & { readonly __class: never };
export type LabelId = number & { readonly __label: never };
export type VerdictId = number & { readonly __verdict: never };
export type DecisionId = number & { readonly __decision: never };
export type ThresholdId = number & { readonly __threshold: never };
export type PilotId = number & { readonly __pilot: never };
export type JobId = number & { readonly __job: never };
export type FindId = number & { readonly __find: never };
