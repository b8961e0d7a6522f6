/* Pinned sizes, offsets and values of the 0.1 interface, for 64-bit targets. It compiles only if
 * they are unchanged. */
#include <blueplane/blueplane.h>

#include <stddef.h>

#define PIN(name, condition) typedef char pin_##name[(condition) ? 1 : -1]

/* Only where pointers have 8 bytes. */
#define AT(type, member, offset, size)                                                             \
  PIN(type##_##member, sizeof(void *) != 8 || (offsetof(type, member) == (offset) &&               \
                                               sizeof(((type *)0)->member) == (size)))
#define WHOLE(type, size) PIN(type, sizeof(void *) != 8 || sizeof(type) == (size))
AT(bp_open_options, struct_size, 0, 4);
AT(bp_open_options, flags, 4, 4);
AT(bp_open_options, access, 8, 4);
AT(bp_open_options, log_level, 12, 4);
AT(bp_open_options, scope, 16, 8);
AT(bp_open_options, key_path, 24, 8);
AT(bp_open_options, log, 32, 8);
AT(bp_open_options, log_user, 40, 8);
AT(bp_open_options, clock, 48, 8);
AT(bp_open_options, clock_user, 56, 8);
WHOLE(bp_open_options, 64);
AT(bp_progress, struct_size, 0, 4);
AT(bp_progress, phase, 4, 4);
AT(bp_progress, files_done, 8, 8);
AT(bp_progress, files_total, 16, 8);
AT(bp_progress, bytes_done, 24, 8);
AT(bp_progress, bytes_total, 32, 8);
WHOLE(bp_progress, 40);
AT(bp_ingest_options, struct_size, 0, 4);
AT(bp_ingest_options, flags, 4, 4);
AT(bp_ingest_options, threads, 8, 4);
AT(bp_ingest_options, reserved, 12, 4);
AT(bp_ingest_options, progress, 16, 8);
AT(bp_ingest_options, progress_user, 24, 8);
WHOLE(bp_ingest_options, 32);
AT(bp_ingest_report, struct_size, 0, 4);
AT(bp_ingest_report, flags, 4, 4);
AT(bp_ingest_report, files_seen, 8, 8);
AT(bp_ingest_report, files_changed, 16, 8);
AT(bp_ingest_report, files_failed, 24, 8);
AT(bp_ingest_report, bytes_read, 32, 8);
AT(bp_ingest_report, bytes_pending, 40, 8);
AT(bp_ingest_report, records_read, 48, 8);
AT(bp_ingest_report, records_stored, 56, 8);
AT(bp_ingest_report, records_updated, 64, 8);
AT(bp_ingest_report, records_duplicate, 72, 8);
AT(bp_ingest_report, records_rejected, 80, 8);
AT(bp_ingest_report, records_undated, 88, 8);
AT(bp_ingest_report, fields_dropped, 96, 8);
AT(bp_ingest_report, records_erased, 104, 8);
WHOLE(bp_ingest_report, 112);
PIN(errors, BP_ERR_INVALID == -1 && BP_ERR_NOMEM == -2 && BP_ERR_IO == -3 && BP_ERR_BUSY == -4 &&
                BP_ERR_NOTFOUND == -5 && BP_ERR_FORMAT == -6 && BP_ERR_UNSUPPORTED == -7 &&
                BP_ERR_DENIED == -8 && BP_ERR_CONSENT == -9 && BP_ERR_READONLY == -10 &&
                BP_ERR_CORRUPT == -11 && BP_ERR_SCHEMA == -12 && BP_ERR_ABI == -13 &&
                BP_ERR_CANCELLED == -14 && BP_ERR_LIMIT == -15 && BP_ERR_INTERNAL == -16);
PIN(types, BP_TYPE_BOOL == 1 && BP_TYPE_INT == 2 && BP_TYPE_REAL == 3 && BP_TYPE_TEXT == 4 &&
               BP_TYPE_TIME == 5);
PIN(cells, BP_CELL_VALUE == 0 && BP_CELL_EMPTY == 1 && BP_CELL_WITHHELD == 2 &&
               BP_CELL_UNCOVERED == 3 && BP_CELL_STATE == 255 && BP_CELL_LOWER_BOUND == 256);
PIN(accesses, BP_ACCESS_NONE == 0 && BP_ACCESS_OWNER == 1 && BP_ACCESS_LEAD == 2 &&
                  BP_ACCESS_MANAGER == 3 && BP_ACCESS_DEVOPS == 4 && BP_ACCESS_RESEARCH == 5 &&
                  BP_ACCESS_STEWARD == 6);
PIN(flags, BP_OPEN_READONLY == 1 && BP_OPEN_MEMORY == 2 && BP_INGEST_RESTART == 1 &&
               BP_INGEST_DRY_RUN == 2);
PIN(logs, BP_LOG_ERROR == 1 && BP_LOG_WARN == 2 && BP_LOG_INFO == 3 && BP_LOG_DEBUG == 4);

int bp_sizes_hold(void);
int bp_sizes_hold(void) {
  return 0;
}
