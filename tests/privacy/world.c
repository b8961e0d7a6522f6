/* tests/privacy/world.c: implements world.h. */
#include "world.h"

#include <check.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/dice.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"

int64_t world_now = WORLD_OPEN;

static int64_t now(void *unused) {
  (void)unused;
  return world_now;
}

static hash_key root_of(unsigned number) {
  hash_key root;
  memset(&root, 0x5a, sizeof root);
  root.bytes[0] = (unsigned char)number;
  root.bytes[1] = (unsigned char)(number >> 8);
  return root;
}

sign_keys world_keys(unsigned number) {
  hash_key root = root_of(number);
  sign_keys keys;
  ck_assert_int_eq(bpi_hash_init(), BP_OK);
  bpi_sign_keys(&keys, &root);
  return keys;
}

void world_key_file(const char *path, unsigned number) {
  hash_key root = root_of(number);
  FILE *f = fopen(path, "wb");
  ck_assert_ptr_nonnull(f);
  ck_assert_uint_eq(fwrite(root.bytes, 1, sizeof root.bytes, f), sizeof root.bytes);
  fclose(f);
}

bp_store *world_open(const char *path, uint32_t access, const char *scope) {
  bp_open_options o = BP_OPEN_OPTIONS_INIT;
  bp_store *s = NULL;
  bp_error *error = NULL;
  o.access = access;
  o.scope = scope;
  o.clock = now;
  int rc = bp_open(&s, path, &o, &error);
  ck_assert_msg(rc == BP_OK, "%s: %s", path, bp_error_message(error));
  return s;
}

bp_store *world_team_store(const char *path, unsigned number) {
  char key[512];
  snprintf(key, sizeof key, "%s.key", path);
  world_key_file(key, number);
  return world_open(path, BP_ACCESS_STEWARD, NULL);
}

char *world_roster(unsigned people, unsigned size, const char *more) {
  buf b;
  bpi_buf_init(&b, 1 << 20);
  bpi_buf_text(&b, "{\"blueplane.roster\":1,\"organisation\":\"acme\",\"teams\":[");
  for (unsigned i = 0; i * size < people; i++)
    bpi_buf_printf(&b, "%s\"t%u\"", i == 0 ? "" : ",", i);
  bpi_buf_text(&b, "],\"projects\":[{\"id\":\"p0\"},{\"id\":\"p1\"},{\"id\":\"p2\"}],"
                   "\"seats\":[{\"platform\":\"codex\",\"seats\":9,\"price_cents\":2000}],"
                   "\"members\":[");
  for (unsigned i = 0; i < people; i++) {
    char hex[2 * BPI_PUBLIC_BYTES + 1];
    sign_keys keys = world_keys(100 + i);
    bpi_hex(keys.open.sign, BPI_PUBLIC_BYTES, hex);
    bpi_buf_printf(&b, "%s{\"id\":\"m%02u\",\"team\":\"t%u\",\"devices\":[\"%s\"]}",
                   i == 0 ? "" : ",", i, i / size, hex);
  }
  bpi_buf_printf(&b, "]%s}", more);
  return bpi_buf_take(&b, NULL);
}

void world_configure(bp_store *s, const char *topic, const char *json) {
  bp_error *error = NULL;
  int rc = bp_configure(s, topic, json, strlen(json), &error);
  ck_assert_msg(rc == BP_OK, "%s: %s (%s)", topic, bp_error_message(error),
                bp_error_detail(error, "reason") ? bp_error_detail(error, "reason") : "");
}

size_t world_cells(vector_cell *out, unsigned seed) {
  static const struct {
    int dimension, slice, measure;
  } places[] = {{SLICED_WHOLE, 0, MEASURE_sessions},       {SLICED_WHOLE, 0, MEASURE_prompts},
                {SLICED_WHOLE, 0, MEASURE_responses},      {SLICED_WHOLE, 0, MEASURE_active_time},
                {SLICED_WHOLE, 0, MEASURE_lines_added},    {SLICED_PLATFORM, 1, MEASURE_sessions},
                {SLICED_PLATFORM, 2, MEASURE_sessions},    {SLICED_PLATFORM, 1, MEASURE_prompts},
                {SLICED_LANGUAGE, 5, MEASURE_lines_added}, {SLICED_PROJECT, 1, MEASURE_prompts},
                {SLICED_PROJECT, 2, MEASURE_prompts},      {SLICED_PROJECT, 3, MEASURE_prompts}};
  size_t count = 0;
  uint64_t state = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    dice_roll(&state);
    bool whole = places[i].dimension == SLICED_WHOLE;
    if (!bpi_measure_takes(places[i].measure, places[i].dimension)) continue;
    out[count++] = (vector_cell){(uint16_t)places[i].dimension, (uint16_t)places[i].slice,
                                 (uint16_t)places[i].measure,
                                 (int64_t)(state % 90) + (whole ? 300 : 1), false};
  }
  bpi_vector_shape(out, &count);
  ck_assert(bpi_vector_valid(out, count, 4));
  return count;
}

void world_bundle(unsigned char **out, size_t *length, bundle *b, unsigned device,
                  const public_keys *store) {
  sign_keys keys = world_keys(device);
  unsigned char *inner;
  size_t inner_length;
  bp_error *error = NULL;
  memcpy(b->store, store->sign, sizeof b->store);
  memcpy(b->device, keys.open.sign, sizeof b->device);
  ck_assert_int_eq(bpi_bundle_write(&inner, &inner_length, b, &keys, &error), BP_OK);
  ck_assert_int_eq(bpi_bundle_seal(out, length, inner, inner_length, store, &error), BP_OK);
  bpi_free(inner);
}

bundle world_contribution(vector_cell *cells, size_t count, uint32_t revision) {
  return (bundle){.kind = BUNDLE_CONTRIBUTION,
                  .minimum = 3,
                  .window = WORLD_MONDAY,
                  .revision = revision,
                  .roster_version = 1,
                  .cell = cells,
                  .cells = count};
}

int world_merge(bp_store *s, const void *data, size_t length, char reason[32]) {
  bp_result *result = NULL;
  bp_error *error = NULL;
  int rc = bp_share_merge(&result, s, data, length, &error);
  const char *why = rc == BP_OK ? bp_result_text(result, 0, 5, NULL)
                                : bp_error_detail(error, "reason");
  snprintf(reason, 32, "%s", why == NULL ? "" : why);
  ck_assert_int_eq(result != NULL, rc == BP_OK);
  bp_result_free(result);
  bp_error_free(error);
  return rc;
}

size_t world_rows(bp_store *s, const char *topic) {
  bp_result *result = NULL;
  bp_error *error = NULL;
  int rc = bp_inspect(&result, s, topic, &error);
  ck_assert_msg(rc == BP_OK, "%s: %s", topic, bp_error_message(error));
  size_t rows = bp_result_rows(result);
  bp_result_free(result);
  return rows;
}

unsigned char *world_file(const char *path, size_t *length) {
  FILE *f = fopen(path, "rb");
  ck_assert_msg(f != NULL, "%s", path);
  unsigned char *data = malloc(1 << 24);
  *length = fread(data, 1, 1 << 24, f);
  fclose(f);
  return data;
}

void world_damage(const char *path, const char *sql) {
  sqlite3 *db = NULL;
  ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
  ck_assert_int_eq(sqlite3_exec(db, "PRAGMA ignore_check_constraints = ON", NULL, NULL, NULL),
                   SQLITE_OK);
  ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, "%s: %s", sql,
                sqlite3_errmsg(db));
  ck_assert_int_gt(sqlite3_changes(db), 0);
  sqlite3_close(db);
}
