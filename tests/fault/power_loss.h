/* tests/fault/power_loss.h: what is on a disk after a power failure. Records for every file its
 * content at the last sync and all changes since; at the end each change is applied or not, in
 * order, a write sector by sector. So writes are lost, kept, reordered and torn. This is what
 * SQLite assumes of a disk (sqlite.org/atomiccommit.html, sections 2.0 and 2.1): writing a sector
 * damages no other one, synced data stays, and a file's name, or its removal, is durable after a
 * sync of its folder. Knows paths, not who writes or why. */
#ifndef TESTS_FAULT_POWER_LOSS_H
#define TESTS_FAULT_POWER_LOSS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Forgets everything, and records from now on if `on`. A NULL path is a temporary file without a
 * name. */
void power_watch(bool on);

/* Call each before the change is made. */
void power_write(const char *path, int64_t at, const void *data, size_t length);
void power_truncate(const char *path, int64_t size);
void power_delete(const char *path, bool synced);
/* Call after a finished file was renamed from `old`. */
void power_name(const char *old, const char *path);
/* Syncs a file or a folder. */
void power_sync(const char *path);

/* Leaves on the disk what a power failure leaves. `luck`: see fault_luck. */
void power_loss(unsigned luck);

#endif
