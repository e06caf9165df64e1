/**
 * Whether an array of a checkpoint is a trained weight of trunk or projection head: the mask head has no counterpart in a peer,
 * statistics and moments are not trained.
 */
export function isCompared(name: string): boolean {
  return !/^(mask|adam)\.|\.(mean|variance)$/.test(name);
}
