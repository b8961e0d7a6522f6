/* Fuzz target: documents from elsewhere: rosters, bundles, releases and leads' files (FUZZ_ROSTER,
 * FUZZ_BUNDLE, FUZZ_RELEASE). Only the one valid encoding is read: what was read and is written
 * again has the same bytes. A fuzzer cannot find a signature, so the input is also read once more
 * after being signed. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "privacy/bundle.h"
#include "privacy/invitation.h"
#include "privacy/release.h"
#include "privacy/roster.h"
#include "tests/fuzz/fuzz.h"

static void same(const void *written, size_t length, const void *data, size_t size) {
  if (length != size || memcmp(written, data, size) != 0) abort();
}

static sign_keys keys(void) {
  static const hash_key root = {{7}};
  sign_keys made;
  bpi_sign_keys(&made, &root);
  return made;
}

#if defined(FUZZ_ROSTER)

/* What a roster lists is found in it, and its signature is valid once it was signed. */
static void look_up(roster *r) {
  sign_keys store = keys();
  for (size_t i = 0; i < r->members; i++) {
    if (bpi_roster_member(r, r->member[i].id) != &r->member[i]) abort();
    for (size_t k = 0; k < r->member[i].devices; k++)
      if (bpi_roster_device(r, r->member[i].device[k]) != &r->member[i]) abort();
  }
  for (size_t i = 0; i < r->projects; i++)
    for (size_t k = 0; k < r->project[i].folders; k++)
      if (bpi_roster_project_of(r, r->project[i].folder[k], strlen(r->project[i].folder[k])) != i)
        abort();
  if (bpi_roster_sign(r, &store, NULL, NULL) != BP_OK ||
      bpi_roster_verify(r, store.open.sign, NULL) != BP_OK)
    abort();
}

/* Read, written, read and written again: both written documents are equal. */
static void read_roster(const char *data, size_t size, bool signed_one) {
  roster *r = NULL, *again = NULL;
  char *once = NULL, *twice = NULL;
  size_t a = 0, b = 0;
  bp_error *error = NULL;
  if (bpi_roster_parse(&r, data, size, signed_one, &error) == BP_OK) {
    if (bpi_roster_write(&once, &a, r, &error) != BP_OK) abort();
    if (bpi_roster_parse(&again, once, a, signed_one, &error) != BP_OK) abort();
    if (bpi_roster_write(&twice, &b, again, &error) != BP_OK) abort();
    same(once, a, twice, b);
    look_up(again);
  }
  bpi_error_free(error);
  bpi_roster_free(r);
  bpi_roster_free(again);
  bpi_free(once);
  bpi_free(twice);
}

static void run(const uint8_t *data, size_t size) {
  public_keys store;
  bp_error *error = NULL;
  read_roster((const char *)data, size, false);
  read_roster((const char *)data, size, true);
  bpi_invitation_read(&store, (const char *)data, size, &error);
  bpi_error_free(error);
}

#elif defined(FUZZ_BUNDLE)

static void read_bundle(const uint8_t *data, size_t size, const sign_keys *device) {
  bundle b;
  bp_error *error = NULL;
  unsigned char *written = NULL;
  size_t length = 0;
  if (bpi_bundle_read(&b, data, size, &error) == BP_OK) {
    if (bpi_bundle_write(&written, &length, &b, device, &error) != BP_OK) abort();
    same(written, length, data, size);
    bpi_free(written);
    bpi_bundle_free(&b);
  }
  bpi_error_free(error);
}

/* An envelope is at least this long. */
static void open_envelope(const uint8_t *data, size_t size, const sign_keys *own) {
  static uint8_t sealed[16 << 10];
  unsigned char store[BPI_PUBLIC_BYTES], *opened = NULL;
  size_t length = 0;
  bp_error *error = NULL;
  memset(sealed, 0, sizeof sealed);
  memcpy(sealed, data, size < sizeof sealed ? size : sizeof sealed);
  if (bpi_bundle_envelope(store, sealed, sizeof sealed, &error) == BP_OK &&
      bpi_bundle_open(&opened, &length, sealed, sizeof sealed, own, &error) == BP_OK)
    bpi_free(opened);
  bpi_error_free(error);
}

static void run(const uint8_t *data, size_t size) {
  sign_keys device = keys();
  open_envelope(data, size, &device);
  uint8_t *copy = malloc(size > 0 ? size : 1);
  if (copy == NULL) return;
  memcpy(copy, data, size);
  if (size >= 71 + BPI_SIGNATURE_BYTES) {
    memcpy(copy + 39, device.open.sign, BPI_PUBLIC_BYTES);
    bpi_sign(copy + size - BPI_SIGNATURE_BYTES, &device, copy, size - BPI_SIGNATURE_BYTES);
  }
  read_bundle(copy, size, &device);
  free(copy);
}

#else /* FUZZ_RELEASE */

typedef int (*reader)(release *out, const void *data, size_t length, bp_error **error);

static void read_release(reader read, const uint8_t *data, size_t size, const sign_keys *store) {
  release r;
  bp_error *error = NULL;
  unsigned char *written = NULL;
  size_t length = 0;
  if (read(&r, data, size, &error) == BP_OK) {
    if (bpi_release_write(&written, &length, &r, store, &error) != BP_OK) abort();
    same(written, length, data, size);
    bpi_free(written);
    bpi_release_free(&r);
  }
  bpi_error_free(error);
}

static void run(const uint8_t *data, size_t size) {
  sign_keys store = keys();
  uint8_t *copy = malloc(size > 0 ? size : 1);
  if (copy == NULL) return;
  memcpy(copy, data, size);
  if (size >= 37 + BPI_SIGNATURE_BYTES) {
    memcpy(copy + 5, store.open.sign, BPI_PUBLIC_BYTES);
    bpi_sign(copy + size - BPI_SIGNATURE_BYTES, &store, copy, size - BPI_SIGNATURE_BYTES);
  }
  read_release(bpi_release_read, copy, size, &store);
  read_release(bpi_lead_read, copy, size, &store);
  free(copy);
}

#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (bpi_hash_init() == 0) run(data, size);
  return 0;
}
