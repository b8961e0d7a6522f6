/* store_world.h: what the tests of the store share: making stores and records, applying these, SQL into a store and everything
 * in it as one text. */
#ifndef STORE_WORLD_H
#define STORE_WORLD_H

#include "store/batch.h"
#include "store/erase.h"
#include "store/store.h"

#define T0 INT64_C(1767225600000000) /* 2026-01-01T00:00:00Z, a quarter of an hour begins */
#define MINUTE (60 * BPI_SECOND)
#define DAY (1440 * MINUTE)
#define RECORDS 240
#define RESPONSES "SELECT coalesce(sum(n), 0) FROM cell WHERE kind = 1"

/* A folder of the program's own, before and behind its tests, and a path in it: good until the fourth one after it. */
void world_begin(void);
void world_end(void);
const char *world_path(const char *name);

int try_open(store **s, const char *name, bool read_only, const char *key, char *detail);
store *open_store(const char *name);
store *memory_store(void);
void execute(store *s, const char *text);
void sql(store *s, const char *text);
int64_t number(store *s, const char *text);
/* The whole of a file; free with bpi_free. */
char *read_file(const char *name, size_t *length);
bool verified(store *s);
/* All that a store knows, but for places and numbers. Free with bpi_free. */
char *dump(store *s);
void assert_dump(store *s, const char *want, const char *how);
void put(batch *b, record r);
apply_counts apply(store *s, batch *b);
apply_counts apply_records(store *s, const record *r, size_t count);
/* By number of its key and of its session. Neighbouring keys want the same place or one beside it:
 * the row number is made of the upper half without its last bit. */
record new_record(record_kind kind, uint64_t key, int64_t time, uint64_t session);
record random_record(void);
void shuffle(record *r, size_t count);
/* Nearly every batch makes layers, where a store of its own makes one. */
store *layered_store(int64_t least);
/* Keys want one place in a few, or in so many that most are free and batches make layers. */
void random_records(record *r, size_t count, int64_t spread);
/* In batches of at most `most`, now and then two joined into one. */
void apply_divided(store *s, const record *r, size_t count, int64_t most);
record response(uint64_t key, uint64_t request, int64_t time, int64_t input, uint64_t session);
record of_tier(record_kind kind, uint64_t key, int64_t time, record_tier tier);
record prompt(uint64_t key, int64_t time, uint64_t session);
erase_receipt erase_session(store *s, uint64_t session);

#endif
