/* tests/fault/power_loss.h: what is on a disk when the power goes. Remembers of every file what it held when it was last synced
 * and what was done to it since; at the end each of that is done or not, in order, of a write each sector by itself. So
 * writes are lost, kept, reordered and torn. That is what SQLite assumes of a disk (sqlite.org/atomiccommit.html, sections 2.0 and 2.1): a
 * sector is not damaged by writing another one, a sync keeps what it says, and a name that a file got or
 * lost is sure once its folder was synced. Knows paths; does not know who writes or why. */
#ifndef TESTS_FAULT_POWER_LOSS_H
#define TESTS_FAULT_POWER_LOSS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Forgets everything; remembers from now on if `on`. Paths of NULL are of files that are gone with the process. */
void power_watch(bool on);

/* Each before it is done. */
void power_write(const char *path, int64_t at, const void *data, size_t length);
void power_truncate(const char *path, int64_t size);
void power_delete(const char *path, bool synced);
/* A finished file, known as `old` so far, got its name; done. */
void power_name(const char *old, const char *path);
/* Of a file or a folder. */
void power_sync(const char *path);

/* Leaves on the disk what the power did. `luck`: see fault_luck. */
void power_loss(unsigned luck);

#endif
