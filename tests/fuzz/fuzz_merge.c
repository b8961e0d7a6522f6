/* Fuzz target: bundles merged into a team's store. The input is described and merged as it is, and
 * once more as the content of an envelope: addressed to this store, from a member's device, signed
 * and sealed, because a fuzzer cannot find keys. Each call returns properly, the store stays
 * intact, and a refused bundle adds no contribution. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <blueplane/blueplane.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/text.h"
#include "privacy/bundle.h"
#include "tests/fuzz/fuzz.h"

#define MEMBERS 4
#define STORE_AT 7 /* docs/formats/bundle.md */
#define DEVICE_AT 39
#define INNER_MIN (92 + BPI_SIGNATURE_BYTES)

static int64_t before_it_closes(void *user) {
  (void)user;
  return (20493 + 8) * INT64_C(86400000000); /* 2026-W07 is over and still open */
}

/* 0 is the store, the others are its members' devices; the last is a stranger's. */
static sign_keys keys_of(unsigned number) {
  hash_key root = {{(unsigned char)(7 + number)}};
  sign_keys keys;
  bpi_sign_keys(&keys, &root);
  return keys;
}

static void write_key(const char *path) {
  const hash_key root = {{7}};
  FILE *f = fopen(path, "wb");
  if (f == NULL || fwrite(root.bytes, 1, sizeof root.bytes, f) != sizeof root.bytes) abort();
  fclose(f);
}

static void write_roster(char *into, size_t size) {
  size_t length =
      (size_t)snprintf(into, size,
                       "{\"blueplane.roster\":1,\"organisation\":\"acme\",\"teams\":[\"t0\"],"
                       "\"projects\":[{\"id\":\"p0\"}],\"seats\":[],\"members\":[");
  for (unsigned i = 0; i < MEMBERS; i++) {
    char hex[2 * BPI_PUBLIC_BYTES + 1];
    bpi_hex(keys_of(1 + i).open.sign, BPI_PUBLIC_BYTES, hex);
    length += (size_t)snprintf(into + length, size - length,
                               "%s{\"id\":\"m%u\",\"team\":\"t0\",\"devices\":[\"%s\"]}",
                               i == 0 ? "" : ",", i, hex);
  }
  snprintf(into + length, size - length, "]}");
}

static bp_store *make_store(void) {
  char path[128], roster[1024];
  const char *temporary = getenv("TMPDIR");
  bp_open_options o = BP_OPEN_OPTIONS_INIT;
  bp_store *s = NULL;
  o.access = BP_ACCESS_STEWARD;
  o.clock = before_it_closes;
  int length = snprintf(path, sizeof path - 16, "%s/blueplane-fuzz-XXXXXX",
                        temporary == NULL ? "/tmp" : temporary);
  if (length >= (int)sizeof path - 16 || mkdtemp(path) == NULL) abort();
  strcat(path, "/team.db.key");
  write_key(path);
  path[strlen(path) - 4] = '\0';
  write_roster(roster, sizeof roster);
  if (bp_open(&s, path, &o, NULL) != BP_OK ||
      bp_configure(s, "roster", roster, strlen(roster), NULL) != BP_OK)
    abort();
  return s;
}

static size_t contributions(bp_store *s) {
  bp_result *result = NULL;
  if (bp_inspect(&result, s, "contributions", NULL) != BP_OK) abort();
  size_t rows = bp_result_rows(result);
  bp_result_free(result);
  return rows;
}

static void settled(int rc, const bp_error *error, const bp_result *out) {
  if (rc == BP_ERR_INTERNAL || rc == BP_ERR_CORRUPT || (rc == BP_OK) != (error == NULL) ||
      (rc == BP_OK) != (out != NULL))
    abort();
}

static void describe(const void *data, size_t size) {
  bp_result *out = NULL;
  bp_error *error = NULL;
  int rc = bp_share_describe(&out, data, size, &error);
  settled(rc, error, out);
  bp_result_free(out);
  bp_error_free(error);
}

static void merge(bp_store *s, const void *data, size_t size) {
  bp_result *out = NULL;
  bp_error *error = NULL;
  size_t before = contributions(s);
  int rc = bp_share_merge(&out, s, data, size, &error);
  settled(rc, error, out);
  if (rc != BP_OK && contributions(s) > before) abort();
  bp_result_free(out);
  bp_error_free(error);
}

static void merge_sealed(bp_store *s, const uint8_t *data, size_t size) {
  sign_keys store = keys_of(0), device = keys_of(1 + data[0] % (MEMBERS + 1));
  unsigned char *inner = malloc(size), *sealed = NULL;
  size_t length = 0;
  if (inner == NULL) return;
  memcpy(inner, data, size);
  inner[0] = 'B';
  memcpy(inner + STORE_AT, store.open.sign, BPI_PUBLIC_BYTES);
  memcpy(inner + DEVICE_AT, device.open.sign, BPI_PUBLIC_BYTES);
  bpi_sign(inner + size - BPI_SIGNATURE_BYTES, &device, inner, size - BPI_SIGNATURE_BYTES);
  if (bpi_bundle_seal(&sealed, &length, inner, size, &store.open, NULL) == BP_OK) {
    describe(sealed, length);
    merge(s, sealed, length);
    bpi_free(sealed);
  }
  free(inner);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static bp_store *store;
  if (bpi_hash_init() != 0) return 0;
  if (store == NULL) store = make_store();
  describe(data, size);
  merge(store, data, size);
  if (size >= INNER_MIN) merge_sealed(store, data, size);
  return 0;
}
