/* base/err.h: the error object. Knows codes, one message and a few key/value details; holds names,
 * numbers and paths, never content. */
#ifndef BPI_BASE_ERR_H
#define BPI_BASE_ERR_H

#include <blueplane/blueplane.h>

#include "base/format.h"

/* bpi_fail(error, code, format, ...) makes *error (if error is not NULL and still holds NULL) and returns `code`, so that
 * `return bpi_fail(error, BP_ERR_IO, "...")` reads as one step. What it returns is said here and not in err.c: tools that look
 * at one file at a time would else follow calls that fail and return BP_OK. `code` is looked at twice. */
#define bpi_fail(error, code, ...) (bpi_error_make(error, code, __VA_ARGS__), bpi_failed(code))
BPI_FORMAT(3, 4)
void bpi_error_make(bp_error **error, int code, const char *format, ...);
void bpi_error_make_nomem(bp_error **error);
static inline int bpi_failed(int code) {
  return code;
}

/* Adds a detail to an error just made; does nothing where there is none. Returns `code` of the error. */
int bpi_fail_detail(bp_error **error, const char *key, const char *value);
int bpi_fail_detail_int(bp_error **error, const char *key, int64_t value);

/* BP_ERR_NOMEM without allocating. */
static inline int bpi_fail_nomem(bp_error **error) {
  bpi_error_make_nomem(error);
  return BP_ERR_NOMEM;
}

/* Whoever asked does no longer want it. */
static inline int bpi_fail_cancelled(bp_error **error) {
  return bpi_fail(error, BP_ERR_CANCELLED, "cancelled");
}

/* The frame of an exported call. The caller may want no error; inside there always is a place for
 * one, as what was found there decides how to go on. Begin empties and returns that place, end frees
 * what the caller does not see and returns `code`. */
bp_error **bpi_error_begin(bp_error **error, bp_error **unseen);
int bpi_error_end(int code, bp_error *unseen);

/* What the exported functions of the same name do. */
int bpi_error_code(const bp_error *error);
const char *bpi_error_message(const bp_error *error);
const char *bpi_error_detail(const bp_error *error, const char *key);
void bpi_error_free(bp_error *error);

#endif
