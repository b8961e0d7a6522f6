/* tests/privacy/world.h: a team's store and the people around it, for tests: devices with known
 * keys, rosters, and bundles with whatever a test wants. Stores are used through the public
 * interface; bundles are made with internal functions, because no honest store makes the dishonest
 * ones. */
#ifndef TESTS_PRIVACY_WORLD_H
#define TESTS_PRIVACY_WORLD_H

#include <blueplane/blueplane.h>

#include "privacy/bundle.h"

#define WORLD_WEEK "2026-W07"
#define WORLD_MONDAY 20493 /* 2026-02-09 */
#define WORLD_DAY INT64_C(86400000000)
#define WORLD_OPEN ((WORLD_MONDAY + 8) * WORLD_DAY)    /* the week is over and not yet closed */
#define WORLD_CLOSED ((WORLD_MONDAY + 10) * WORLD_DAY) /* its end and three days more */

/* The time that a test's stores use as now. */
extern int64_t world_now;

/* Keys derived from a number, equal to those of a store that has world_key_file's key. */
sign_keys world_keys(unsigned number);
/* Writes the key file for a number. */
void world_key_file(const char *path, unsigned number);

/* Opens a store with an access and world_now; fails the test if that fails. */
bp_store *world_open(const char *path, uint32_t access, const char *scope);
/* A steward's store at `path` with the key of `number`. */
bp_store *world_team_store(const char *path, unsigned number);

/* A roster of `people` members "m00", "m01", ... with devices numbered from 100, in teams "t0",
 * "t1", ... of `size` people each; projects "p0" to "p2". `more` is appended to the document. The
 * caller frees it with bpi_free. */
char *world_roster(unsigned people, unsigned size, const char *more);
void world_configure(bp_store *s, const char *topic, const char *json);

/* Valid cells of a plausible week, different for each seed. Returns their number, at most
 * WORLD_CELLS. */
size_t world_cells(vector_cell *out, unsigned seed);
#define WORLD_CELLS 256
/* The sealed bundle of a device for the store: the caller fills all of `b` but store and device. */
void world_bundle(unsigned char **out, size_t *length, bundle *b, unsigned device,
                  const public_keys *store);
/* A contribution to WORLD_WEEK. */
bundle world_contribution(vector_cell *cells, size_t count, uint32_t revision);
int world_merge(bp_store *s, const void *data, size_t length, char reason[32]);

/* The number of rows of a topic. */
size_t world_rows(bp_store *s, const char *topic);
unsigned char *world_file(const char *path, size_t *length);
/* Runs a change on a store's file that no schema guards, as damage would. */
void world_damage(const char *path, const char *sql);

#endif
