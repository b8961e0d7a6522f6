/* base/err.h: the error object. Knows codes, one message and a few key/value details; holds names,
 * numbers and paths, never content. */
#ifndef BPI_BASE_ERR_H
#define BPI_BASE_ERR_H

#include <blueplane/blueplane.h>

#include "base/format.h"

/* Makes *error (if error is not NULL and still holds NULL) and returns `code`, so that
 * `return bpi_fail(error, BP_ERR_IO, "...")` reads as one step. */
BPI_FORMAT(3, 4)
int bpi_fail(bp_error **error, int code, const char *format, ...);

/* Adds a detail to an error just made; does nothing where there is none. Returns `code` of the error. */
int bpi_fail_detail(bp_error **error, const char *key, const char *value);
int bpi_fail_detail_int(bp_error **error, const char *key, int64_t value);

/* BP_ERR_NOMEM without allocating. */
int bpi_fail_nomem(bp_error **error);

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
