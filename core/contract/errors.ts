/**
 * Errors as data: a `code` and `params` that any process can carry. The words are made in the reader's language by
 * whoever shows them (messages key `error.<code>`), so a message never depends on where the error happened.
 */
export type ErrorParams = Readonly<Record<string, string | number | boolean>>;

/** Every failure the app can name. A code that is added here needs `error.<code>` in each language. */
export const errorCodes = [
  'agreement_closed',
  'agreement_open',
  'agreement_same_person',
  'agreement_unfinished',
  'archive_broken',
  'archive_differs',
  'archive_unfinished',
  'area_changed',
  'area_too_small',
  'backup_failed',
  'bad_input',
  'baseline_impossible',
  'book_empty',
  'camera_overlaps',
  'checkpoint_broken',
  'class_last',
  'class_name_taken',
  'class_retired',
  'cluster_config',
  'cluster_failed',
  'cluster_paused',
  'cluster_port',
  'core_crashed',
  'csv_invalid',
  'csv_unknown_path',
  'data_folder_gone',
  'data_folder_not_writable',
  'data_folder_removable',
  'data_folder_too_small',
  'database_broken',
  'database_changed_outside',
  'database_healed',
  'database_locked',
  'database_log_lost',
  'database_newer',
  'database_on_network',
  'database_restored',
  'database_rotten',
  'defect_too_large',
  'deletion_begun',
  'deletion_nothing',
  'defect_too_small',
  'disk_full',
  'drift_found',
  'drift_nothing_to_clear',
  'engine_crashed',
  'engine_failed_to_start',
  'engine_gave_up',
  'export_area',
  'export_customer',
  'export_differs',
  'file_in_use',
  'find_without_picture',
  'folder_empty',
  'folder_marker_gone',
  'folder_missing',
  'folder_mostly_gone',
  'folder_not_readable',
  'golden_no_set',
  'golden_nothing_to_clear',
  'golden_too_few',
  'golden_unlike',
  'golden_unreadable',
  'group_empty',
  'group_ended',
  'group_unchecked',
  'history_broken',
  'image_broken',
  'image_too_large',
  'image_type_refused',
  'input_refused',
  'internal',
  'job_running',
  'label_changed',
  'last_administrator',
  'line_file_broken',
  'line_file_changed',
  'line_file_newer',
  'lot_unknown',
  'marks_kind_unknown',
  'marks_not_own',
  'marks_other_model',
  'needs_checkpoint',
  'needs_images',
  'needs_labels',
  'model_file_broken',
  'model_file_newer',
  'model_file_unlike',
  'model_gone',
  'robustness_too_few',
  'needs_marks',
  'needs_model',
  'no_browser',
  'no_file_handles',
  'not_allowed',
  'not_all_pictures',
  'not_compared',
  'not_found',
  'not_signed_in',
  'other_person',
  'output_key',
  'output_late',
  'output_password',
  'output_plain',
  'out_folder_not_empty',
  'pattern_invalid',
  'people_begun',
  'person_name_taken',
  'pin_length',
  'pin_simple',
  'pin_wait',
  'pin_wrong',
  'pixels_lost',
  'plan_incomplete',
  'plan_needs_reason',
  'plan_unchanged',
  'port_in_use',
  'print_failed',
  'quality_not_learnt',
  'range_reversed',
  'report_not_exported',
  'right_incomplete',
  'right_missing',
  'right_needs_name',
  'right_needs_reason',
  'right_not_yours',
  'sample_labelled_otherwise',
  'sample_unlabelled',
  'second_instance',
  'shifts_clash',
  'side_car_broken',
  'side_car_no_file',
  'side_car_not_readable',
  'side_car_too_large',
  'side_car_value',
  'start_unlike',
  'tensorflow_missing',
  'time_to_come',
  'unauthorized',
  'visual_c_missing',
  'window_broken',
  'worker_differs',
  'worker_lost',
  'worker_missing',
  'write_failed',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** A failure with a code from {@link errorCodes}; `cause` keeps the original for the log and never crosses a process. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly params: ErrorParams;

  constructor(code: ErrorCode, params: ErrorParams = {}, options?: ErrorOptions) {
    super(`${code} ${JSON.stringify(params)}`, options);
    this.name = 'AppError';
    this.code = code;
    this.params = params;
  }
}

/** What a process sends in place of an exception. */
export interface ErrorData {
  readonly code: ErrorCode;
  readonly params: ErrorParams;
}

const known: ReadonlySet<string> = new Set(errorCodes);

function isParams(value: unknown): value is ErrorParams {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((entry) => ['string', 'number', 'boolean'].includes(typeof entry))
  );
}

/**
 * Makes any thrown value cloneable data before it crosses a process: a failed clone would mask the real error.
 * Node's own file-system codes are named where the person can do something about them.
 */
export function toErrorData(thrown: unknown): ErrorData {
  if (typeof thrown === 'object' && thrown !== null && 'code' in thrown) {
    const { code } = thrown;
    if (typeof code === 'string' && known.has(code)) {
      const params = 'params' in thrown && isParams(thrown.params) ? thrown.params : {};
      return { code: code as ErrorCode, params };
    }
    const path = 'path' in thrown && typeof thrown.path === 'string' ? thrown.path : '';
    // The log's index could not grow: SQLite's own words for a disk without room.
    if (code === 'ENOSPC' || code === 'SQLITE_FULL' || code === 'SQLITE_IOERR_SHMSIZE')
      return { code: 'disk_full', params: { path } };
    if (
      code === 'EIO' ||
      code === 'EROFS' ||
      (typeof code === 'string' && /^SQLITE_(IOERR|READONLY|CANTOPEN)/.test(code))
    )
      return { code: 'write_failed', params: { path } };
    if (typeof code === 'string' && code.startsWith('SQLITE_BUSY')) return { code: 'database_locked', params: {} };
    if (code === 'SQLITE_CORRUPT' || code === 'SQLITE_NOTADB') return { code: 'database_broken', params: { path } };
  }
  return { code: 'internal', params: { detail: thrown instanceof Error ? thrown.message : String(thrown) } };
}

/** A file that could not be written: for want of room, or for another reason that the system gave. */
export function writeFailure(path: string, cause: unknown): AppError {
  return new AppError(toErrorData(cause).code === 'disk_full' ? 'disk_full' : 'write_failed', { path }, { cause });
}
