/* Pinned sizes, offsets and values of the 0.1 interface, for 64-bit targets; it compiles or it does not. */
#include <blueplane/blueplane.h>

#include <stddef.h>

#define PIN(name, condition) typedef char pin_##name[(condition) ? 1 : -1]

PIN(open_size, sizeof(void *) != 8 || sizeof(bp_open_options) == 64);
PIN(open_scope, sizeof(void *) != 8 || offsetof(bp_open_options, scope) == 16);
PIN(open_clock_user, sizeof(void *) != 8 || offsetof(bp_open_options, clock_user) == 56);
PIN(progress_size, sizeof(bp_progress) == 40);
PIN(ingest_options_size, sizeof(void *) != 8 || sizeof(bp_ingest_options) == 32);
PIN(report_size, sizeof(bp_ingest_report) == 112);
PIN(report_last, offsetof(bp_ingest_report, records_erased) == 104);
PIN(errors, BP_ERR_INVALID == -1 && BP_ERR_NOMEM == -2 && BP_ERR_IO == -3 && BP_ERR_BUSY == -4 &&
                BP_ERR_NOTFOUND == -5 && BP_ERR_FORMAT == -6 && BP_ERR_UNSUPPORTED == -7 && BP_ERR_DENIED == -8 &&
                BP_ERR_CONSENT == -9 && BP_ERR_READONLY == -10 && BP_ERR_CORRUPT == -11 && BP_ERR_SCHEMA == -12 &&
                BP_ERR_ABI == -13 && BP_ERR_CANCELLED == -14 && BP_ERR_LIMIT == -15 && BP_ERR_INTERNAL == -16);
PIN(types, BP_TYPE_BOOL == 1 && BP_TYPE_INT == 2 && BP_TYPE_REAL == 3 && BP_TYPE_TEXT == 4 && BP_TYPE_TIME == 5);
PIN(cells, BP_CELL_VALUE == 0 && BP_CELL_EMPTY == 1 && BP_CELL_WITHHELD == 2 && BP_CELL_UNCOVERED == 3 &&
               BP_CELL_STATE == 255 && BP_CELL_LOWER_BOUND == 256);
PIN(accesses, BP_ACCESS_NONE == 0 && BP_ACCESS_OWNER == 1 && BP_ACCESS_LEAD == 2 && BP_ACCESS_MANAGER == 3 &&
                  BP_ACCESS_DEVOPS == 4 && BP_ACCESS_RESEARCH == 5 && BP_ACCESS_STEWARD == 6);
PIN(flags, BP_OPEN_READONLY == 1 && BP_OPEN_MEMORY == 2 && BP_INGEST_RESTART == 1 && BP_INGEST_DRY_RUN == 2);
PIN(logs, BP_LOG_ERROR == 1 && BP_LOG_WARN == 2 && BP_LOG_INFO == 3 && BP_LOG_DEBUG == 4);

int bp_sizes_hold(void);
int bp_sizes_hold(void) { return 0; }
