/* base/err.h: the error object. Knows codes, one message and a few key/value details; contains
 * names, numbers and paths, never content. */
#ifndef BPI_BASE_ERR_H
#define BPI_BASE_ERR_H

#include <blueplane/blueplane.h>

#include "base/format.h"

/* bpi_fail(error, code, format, ...) creates *error (if error is not NULL and still holds NULL) and
 * returns `code`, so that `return bpi_fail(error, BP_ERR_IO, "...")` is one step. The return value
 * is visible here and not only in err.c: analysers that see one file at a time would otherwise
 * assume that a failing call may return BP_OK. `code` is evaluated twice. */
#define bpi_fail(error, code, ...) (bpi_error_make(error, code, __VA_ARGS__), bpi_failed(code))
BPI_FORMAT(3, 4)
void bpi_error_make(bp_error **error, int code, const char *format, ...);
void bpi_error_make_nomem(bp_error **error);
static inline int bpi_failed(int code) {
  return code;
}

/* Adds a detail to an error just created; does nothing without one. Returns the error's code. */
int bpi_fail_detail(bp_error **error, const char *key, const char *value);
int bpi_fail_detail_int(bp_error **error, const char *key, int64_t value);

/* Fails with `code` and detail "reason". */
static inline int bpi_refuse(bp_error **error, int code, const char *reason, const char *message) {
  bpi_fail(error, code, "%s", message);
  bpi_fail_detail(error, "reason", reason);
  return code;
}

/* If a document kept in a store is refused, the store is damaged: fails with CORRUPT, or NOMEM if `why`
 * is that. Frees `why`; BP_OK without one. */
int bpi_fail_stored(bp_error **error, bp_error *why, const char *message);

/* BP_ERR_NOMEM without allocating. */
static inline int bpi_fail_nomem(bp_error **error) {
  bpi_error_make_nomem(error);
  return BP_ERR_NOMEM;
}

/* The caller cancelled. */
static inline int bpi_fail_cancelled(bp_error **error) {
  return bpi_fail(error, BP_ERR_CANCELLED, "cancelled");
}

/* The frame of an exported call. The caller may pass no error pointer; inside there always is one,
 * because decisions depend on it. Begin clears and returns it; end frees an error the caller does
 * not see and returns `code`. */
bp_error **bpi_error_begin(bp_error **error, bp_error **unseen);
int bpi_error_end(int code, bp_error *unseen);

/* The implementations of the exported functions of the same names. */
int bpi_error_code(const bp_error *error);
const char *bpi_error_message(const bp_error *error);
const char *bpi_error_detail(const bp_error *error, const char *key);
void bpi_error_free(bp_error *error);

#endif
