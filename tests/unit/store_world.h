/* store_world.h: what the tests of the store share: making stores and records, applying them,
 * running SQL in a store, and its whole content as text. */
#ifndef STORE_WORLD_H
#define STORE_WORLD_H

#include "store/batch.h"
#include "store/erase.h"
#include "store/store.h"

#define T0 INT64_C(1767225600000000) /* 2026-01-01T00:00:00Z, when a quarter begins */
#define MINUTE (60 * BPI_SECOND)
#define DAY (1440 * MINUTE)
#define RECORDS 240
#define RESPONSES "SELECT coalesce(sum(n), 0) FROM cell WHERE kind = 1"

/* Makes and removes the program's temporary folder, before and after its tests; a path in it is
 * valid until the fourth call after it. */
void world_begin(void);
void world_end(void);
const char *world_path(const char *name);

int try_open(store **s, const char *name, bool read_only, const char *key, char *detail);
store *open_store(const char *name);
store *memory_store(void);
void execute(store *s, const char *text);
void sql(store *s, const char *text);
int64_t number(store *s, const char *text);
/* A whole file; the caller frees it with bpi_free. */
char *read_file(const char *name, size_t *length);
bool verified(store *s);
/* Everything in a store except row numbers, with identifiers in their place. The caller frees it
 * with bpi_free. */
char *dump(store *s);
void assert_dump(store *s, const char *want, const char *how);
void put(batch *b, record r);
apply_counts apply(store *s, batch *b);
apply_counts apply_records(store *s, const record *r, size_t count);
/* Records with the number of their key and of their session. Neighbouring keys get the same row
 * number or the next one, which is made of the upper half of the key without its last bit. */
record new_record(record_kind kind, uint64_t key, int64_t time, uint64_t session);
record random_record(void);
void shuffle(record *r, size_t count);
/* A store in memory. If `least` > 0, a batch with that many new facts already makes layers, which
 * else only large ones do. */
store *layered_store(int64_t least);
/* Keys that share few row numbers, or spread over so many that most are free and batches make
 * layers. */
void random_records(record *r, size_t count, int64_t spread);
/* In batches of at most `most` records, sometimes two merged into one. */
void apply_divided(store *s, const record *r, size_t count, int64_t most);
record response(uint64_t key, uint64_t request, int64_t time, int64_t input, uint64_t session);
record of_tier(record_kind kind, uint64_t key, int64_t time, record_tier tier);
record prompt(uint64_t key, int64_t time, uint64_t session);
erase_receipt erase_session(store *s, uint64_t session);

#endif
