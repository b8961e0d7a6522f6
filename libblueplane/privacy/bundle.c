/* privacy/bundle.c: the byte form of bundles and envelopes. All fields have a fixed width, so the
 * counts determine the length, and reading must end exactly at the end. */
#include "privacy/bundle.h"

#include <string.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/time.h"

#define MARK "BPLB\1"
#define ENVELOPE_MARK "BPLS\1"
#define MARK_BYTES 5
#define CELL_BYTES 14
#define HEAD_BYTES 92
#define ENVELOPE_BYTES (MARK_BYTES + BPI_PUBLIC_BYTES)
#define ENVELOPE_LEAST ((size_t)16 << 10)
#define MINIMUM_FLOOR 3

static bool head_is_good(const bundle *b) {
  bool good = b->kind == BUNDLE_CONTRIBUTION
                  ? b->minimum >= MINIMUM_FLOOR && bpi_is_monday(b->window) && b->revision > 0 &&
                        b->roster_version > 0 && b->cells <= VECTOR_CELLS_MAX
                  : b->kind == BUNDLE_CONSENT && b->minimum == 0 && b->window == 0 &&
                        b->revision == 0 && b->roster_version == 0 && b->cells == 0;
  return good && b->agreements <= AGREEMENTS_MAX && (b->said > 0 || b->agreements == 0);
}

static size_t length_of(const bundle *b) {
  return HEAD_BYTES + b->agreements * AGREEMENT_BYTES + b->cells * CELL_BYTES + BPI_SIGNATURE_BYTES;
}

/* ----------------------------------------------------------------------------------- writing */

static void put_head(buf *out, const bundle *b) {
  bpi_buf_add(out, MARK, MARK_BYTES);
  bpi_put_number(out, (uint64_t)b->kind, 1);
  bpi_put_number(out, b->minimum, 1);
  bpi_buf_add(out, b->store, sizeof b->store);
  bpi_buf_add(out, b->device, sizeof b->device);
  bpi_put_number(out, b->window, 4);
  bpi_put_number(out, b->revision, 4);
  bpi_put_number(out, b->roster_version, 4);
  bpi_put_number(out, b->said, 4);
  bpi_put_number(out, b->agreements, 1);
  bpi_put_number(out, b->cells, 4);
  bpi_agreements_put(out, b->agreed, b->agreements);
}

int bpi_bundle_write(unsigned char **out, size_t *length, const bundle *b, const sign_keys *device,
                     bp_error **error) {
  unsigned char signature[BPI_SIGNATURE_BYTES];
  buf made;
  if (!head_is_good(b) || !bpi_agreements_valid(b->agreed, b->agreements))
    return bpi_fail(error, BP_ERR_INTERNAL, "the contents do not fit the bundle format");
  bpi_buf_init(&made, BUNDLE_BYTES_MAX);
  put_head(&made, b);
  for (size_t i = 0; i < b->cells; i++) {
    bpi_put_number(&made, b->cell[i].lower, 1);
    bpi_put_number(&made, b->cell[i].dimension, 1);
    bpi_put_number(&made, b->cell[i].slice, 2);
    bpi_put_number(&made, b->cell[i].measure, 2);
    bpi_put_number(&made, (uint64_t)b->cell[i].value, 8);
  }
  if (!made.failed) {
    bpi_sign(signature, device, made.data, made.length);
    bpi_buf_add(&made, signature, sizeof signature);
  }
  *out = (unsigned char *)bpi_buf_take(&made, length);
  return *out == NULL ? bpi_fail_nomem(error) : BP_OK;
}

/* ----------------------------------------------------------------------------------- reading */

static int malformed(bp_error **error, const bytes *from) {
  bpi_refuse(error, BP_ERR_FORMAT, "malformed", "the bundle is malformed");
  return bpi_fail_detail_int(error, "byte", (int64_t)(from->at - from->start));
}

static bool take_head(bytes *from, bundle *b) {
  const unsigned char *mark = bpi_take(from, MARK_BYTES);
  if (mark == NULL || memcmp(mark, MARK, MARK_BYTES) != 0) return false;
  b->kind = (bundle_kind)bpi_take_number(from, 1);
  b->minimum = (uint8_t)bpi_take_number(from, 1);
  bpi_take_into(from, b->store, sizeof b->store);
  bpi_take_into(from, b->device, sizeof b->device);
  b->window = (uint32_t)bpi_take_number(from, 4);
  b->revision = (uint32_t)bpi_take_number(from, 4);
  b->roster_version = (uint32_t)bpi_take_number(from, 4);
  b->said = (uint32_t)bpi_take_number(from, 4);
  b->agreements = (size_t)bpi_take_number(from, 1);
  b->cells = (size_t)bpi_take_number(from, 4);
  if (from->failed || !head_is_good(b)) return false;
  return bpi_agreements_take(from, b->agreed, b->agreements);
}

static bool take_cells(bytes *from, bundle *b) {
  for (size_t i = 0; i < b->cells; i++) {
    uint64_t lower = bpi_take_number(from, 1);
    uint16_t dimension = (uint16_t)bpi_take_number(from, 1);
    uint16_t slice = (uint16_t)bpi_take_number(from, 2);
    uint16_t number = (uint16_t)bpi_take_number(from, 2);
    uint64_t value = bpi_take_number(from, 8);
    if (lower > 1 || value > INT64_MAX) return false;
    b->cell[i] = (vector_cell){dimension, slice, number, (int64_t)value, lower == 1};
  }
  return !from->failed && bpi_vector_valid(b->cell, b->cells, VECTOR_PROJECTS_MAX + 1);
}

int bpi_bundle_read(bundle *out, const void *data, size_t length, bp_error **error) {
  bytes from = bpi_bytes(data, length);
  memset(out, 0, sizeof *out);
  if (length > BUNDLE_BYTES_MAX || !take_head(&from, out) || length != length_of(out)) {
    memset(out, 0, sizeof *out);
    return malformed(error, &from);
  }
  out->cell = bpi_alloc_zero(out->cells, sizeof *out->cell);
  if (out->cell == NULL) return bpi_fail_nomem(error);
  int rc = take_cells(&from, out) ? BP_OK : malformed(error, &from);
  if (rc == BP_OK && !bpi_sign_verify(from.at, out->device, data, (size_t)(from.at - from.start)))
    rc = bpi_refuse(error, BP_ERR_DENIED, "signature",
                    "the bundle is not signed by the device it names");
  if (rc != BP_OK) bpi_bundle_free(out);
  return rc;
}

void bpi_bundle_free(bundle *b) {
  if (b->cell != NULL) bpi_hash_wipe(b->cell, b->cells * sizeof *b->cell);
  bpi_free(b->cell);
  memset(b, 0, sizeof *b);
}

void bpi_bundle_digest(const void *data, size_t length, unsigned char out[BPI_DIGEST_BYTES]) {
  bpi_hash_digest(data, length - BPI_SIGNATURE_BYTES, out);
}

/* ---------------------------------------------------------------------------------- envelope */

bool bpi_bundle_is(const void *data, size_t length) {
  return length >= MARK_BYTES && memcmp(data, ENVELOPE_MARK, MARK_BYTES) == 0;
}

/* Envelopes have few sizes, so that the size does not reveal how much a person did. */
static size_t envelope_size(size_t data_length) {
  size_t size = ENVELOPE_LEAST;
  while (size < ENVELOPE_BYTES + data_length + BPI_SEAL_BYTES)
    size *= 2;
  return size;
}

/* Envelopes have few sizes, so one that was cut on its way is noticed without its key. */
static bool is_envelope_size(size_t length) {
  const bundle greatest = {.agreements = AGREEMENTS_MAX, .cells = VECTOR_CELLS_MAX};
  size_t size = ENVELOPE_LEAST, most = envelope_size(length_of(&greatest));
  while (size < length && size < most)
    size *= 2;
  return length == size;
}

int bpi_bundle_seal(unsigned char **out, size_t *length, const void *data, size_t data_length,
                    const public_keys *store, bp_error **error) {
  *length = envelope_size(data_length);
  size_t filled = *length - ENVELOPE_BYTES - BPI_SEAL_BYTES;
  unsigned char *inner = bpi_alloc_zero(filled, 1);
  *out = bpi_alloc(*length);
  bool sealed = false, room = inner != NULL && *out != NULL;
  if (room) {
    memcpy(*out, ENVELOPE_MARK, MARK_BYTES);
    memcpy(*out + MARK_BYTES, store->sign, BPI_PUBLIC_BYTES);
    memcpy(inner, data, data_length);
    sealed = bpi_seal(*out + ENVELOPE_BYTES, store->box, inner, filled);
    bpi_hash_wipe(inner, data_length);
  }
  bpi_free(inner);
  if (sealed) return BP_OK;
  bpi_free(*out);
  *out = NULL;
  return room ? bpi_fail(error, BP_ERR_INVALID, "the team store's key is invalid")
              : bpi_fail_nomem(error);
}

int bpi_bundle_envelope(unsigned char store[BPI_PUBLIC_BYTES], const void *sealed, size_t length,
                        bp_error **error) {
  bytes from = bpi_bytes(sealed, length);
  if (length > BUNDLE_BYTES_MAX) {
    bpi_fail(error, BP_ERR_LIMIT, "a bundle has at most %d bytes", (int)BUNDLE_BYTES_MAX);
    return bpi_fail_detail(error, "reason", "too_large");
  }
  if (!bpi_bundle_is(sealed, length) || !is_envelope_size(length)) return malformed(error, &from);
  memcpy(store, (const unsigned char *)sealed + MARK_BYTES, BPI_PUBLIC_BYTES);
  return BP_OK;
}

/* Checks the padding and sets *length to that of the bundle: its header says how long it is, the
 * rest must be zeros, and the envelope must have the size for that length. */
static bool remove_padding(size_t *length, const unsigned char *data, size_t sealed_length) {
  bundle head;
  bytes from = bpi_bytes(data, *length);
  if (!take_head(&from, &head)) return false;
  size_t said = length_of(&head);
  if (envelope_size(said) != sealed_length) return false;
  for (size_t i = said; i < *length; i++)
    if (data[i] != 0) return false;
  *length = said;
  return true;
}

int bpi_bundle_open(unsigned char **out, size_t *length, const void *sealed, size_t sealed_length,
                    const sign_keys *keys, bp_error **error) {
  unsigned char store[BPI_PUBLIC_BYTES];
  *out = NULL;
  int rc = bpi_bundle_envelope(store, sealed, sealed_length, error);
  if (rc != BP_OK) return rc;
  if (memcmp(store, keys->open.sign, sizeof store) != 0)
    return bpi_refuse(error, BP_ERR_DENIED, "store", "the bundle is sealed for another store");
  size_t boxed = sealed_length - ENVELOPE_BYTES;
  *length = boxed - BPI_SEAL_BYTES;
  *out = bpi_alloc(*length);
  if (*out == NULL) return bpi_fail_nomem(error);
  bool opened = bpi_seal_open(*out, keys, (const unsigned char *)sealed + ENVELOPE_BYTES, boxed);
  if (opened && remove_padding(length, *out, sealed_length)) return BP_OK;
  bpi_free(*out);
  *out = NULL;
  if (opened) {
    bytes from = bpi_bytes(sealed, sealed_length);
    return malformed(error, &from);
  }
  return bpi_refuse(error, BP_ERR_DENIED, "seal",
                    "the bundle cannot be opened: it is damaged or not a bundle");
}
