/* tests/fault/faulty.h: a disk that fails when it is told to. A file system for SQLite that stands before
 * the system's own, and the calls that base/file.c makes itself (the linker puts ours in their place).
 * Knows which requests reach the disk and fails one of them, all from one on, fills up, or ends the process there;
 * or the machine: then what was not synced is on the disk, or not, or in part, as power_loss.h says.
 * Knows nothing of stores. Nothing is really synced. */
#ifndef TESTS_FAULT_FAULTY_H
#define TESTS_FAULT_FAULTY_H

typedef enum fault_call {
  FAULT_OPEN,
  FAULT_READ,
  FAULT_WRITE,
  FAULT_SYNC,
  FAULT_TRUNCATE,
  FAULT_DELETE,
  FAULT_NAME, /* a finished file gets its name */
  FAULT_LOCK,
  FAULT_CALLS
} fault_call;

typedef enum fault_way {
  FAULT_NEVER, /* requests are counted only */
  FAULT_ONCE,
  FAULT_ON,   /* from that request on */
  FAULT_FULL, /* writes that would take the files beyond so many pages find the disk full */
  FAULT_DIE,  /* the process ends before the request */
  FAULT_TORN, /* the process ends when half of what was to be written is */
  FAULT_POWER /* the machine ends before the request */
} fault_way;

#define FAULT_CHANGES                                                                              \
  (1u << FAULT_WRITE | 1u << FAULT_SYNC | 1u << FAULT_TRUNCATE | 1u << FAULT_DELETE |              \
   1u << FAULT_NAME)
#define FAULT_DIED 77 /* status of a process that ended so */
#define FAULT_PAGE 4096

/* Once, before a store is opened. */
void fault_install(void);

/* From now on: `calls` is a set of bits. The first `after` of them succeed; of FAULT_FULL, so many
 * pages may be added to what there is. */
void fault_set(fault_way way, unsigned calls, long after);

/* Of FAULT_POWER: what becomes of what was not synced. 0: all of it is lost; 1: nothing is; else the seed of a dice for
 * each sector. The machine ends with fault_power_off() at the latest. */
void fault_luck(unsigned luck);
void fault_power_off(void);

/* Requests of these calls since fault_set; of FAULT_WRITE alone also pages that were added. */
long fault_counted(void);
long fault_pages_added(void);

extern const char *const fault_names[FAULT_CALLS];

#endif
