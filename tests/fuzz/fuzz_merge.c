/* Fuzz target: what a team's store is given as a bundle. The input is described and merged as it is; once more as what is
 * inside an envelope, named for this store and one of its members' devices, signed and sealed, as no fuzzer finds
 * keys. Whatever comes, the call settles, the store is whole, and what was refused added no contribution. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <blueplane/blueplane.h>

#include "base/hash.h"
#include "base/mem.h"
#include "privacy/bundle.h"
#include "tests/fuzz/fuzz.h"
#include "tests/privacy/world.h"

#define MEMBERS 4
#define STORE_AT 7 /* docs/formats/bundle.md */
#define DEVICE_AT 39
#define INNER_MIN (92 + BPI_SIGNATURE_BYTES)

static bp_store *make_store(void) {
  char folder[] = "/tmp/blueplane-fuzz-XXXXXX", path[64], *roster;
  if (mkdtemp(folder) == NULL) abort();
  snprintf(path, sizeof path, "%s/team.db", folder);
  bp_store *s = world_team_store(path, 1);
  roster = world_roster(MEMBERS, 2, "");
  world_configure(s, "roster", roster);
  bpi_free(roster);
  return s;
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
  size_t before = world_rows(s, "contributions");
  int rc = bp_share_merge(&out, s, data, size, &error);
  settled(rc, error, out);
  if (rc != BP_OK && world_rows(s, "contributions") > before) abort();
  bp_result_free(out);
  bp_error_free(error);
}

static void merge_sealed(bp_store *s, const uint8_t *data, size_t size) {
  sign_keys store = world_keys(1), device = world_keys(100 + data[0] % (MEMBERS + 1));
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
