/* tests/fault/faulty.h: a disk that fails on command: a file system (VFS) for SQLite in front of
 * the system's own, and replacements for the system calls in base/file.c, which the linker puts in
 * place. Knows which requests reach the disk and fails one of them, all from one on, fills up, ends
 * the process there, or ends the machine: then unsynced changes are on the disk, or not, or in
 * part, as in power_loss.h. Knows nothing of stores. Nothing is really synced. */
#ifndef TESTS_FAULT_FAULTY_H
#define TESTS_FAULT_FAULTY_H

typedef enum fault_call {
  FAULT_OPEN,
  FAULT_READ,
  FAULT_WRITE,
  FAULT_SYNC,
  FAULT_TRUNCATE,
  FAULT_DELETE,
  FAULT_NAME, /* a finished file is renamed to its name */
  FAULT_LOCK,
  FAULT_CALLS
} fault_call;

typedef enum fault_way {
  FAULT_NEVER, /* requests are only counted */
  FAULT_ONCE,
  FAULT_ON,   /* from that request on */
  FAULT_FULL, /* writes that would add more than so many pages find the disk full */
  FAULT_DIE,  /* the process ends before the request */
  FAULT_TORN, /* the process ends when half of the data is written */
  FAULT_POWER /* the machine stops before the request */
} fault_way;

#define FAULT_CHANGES                                                                              \
  (1u << FAULT_WRITE | 1u << FAULT_SYNC | 1u << FAULT_TRUNCATE | 1u << FAULT_DELETE |              \
   1u << FAULT_NAME)
#define FAULT_DIED 77 /* exit status of a process that FAULT_DIE, FAULT_TORN or FAULT_POWER ended */
#define FAULT_PAGE 4096

/* Call once, before any store is opened. */
void fault_install(void);

/* Starts counting and failing: `calls` is a set of bits, 1u << fault_call. The first `after` of
 * these requests succeed; with FAULT_FULL, so many pages may be added. */
void fault_set(fault_way way, unsigned calls, long after);

/* For FAULT_POWER, what becomes of unsynced changes. 0: all lost; 1: none lost; else the seed for
 * deciding each sector. fault_power_off() stops the machine at the latest. */
void fault_luck(unsigned luck);
void fault_power_off(void);

/* Requests of the set of calls since fault_set; and the pages that writes added. */
long fault_counted(void);
long fault_pages_added(void);

extern const char *const fault_names[FAULT_CALLS];

#endif
