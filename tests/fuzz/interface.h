/* tests/fuzz/interface.h: what holds for every call of the public interface, whatever the input: no
 * code is BP_ERR_INTERNAL; there is an error if and only if the call failed, with the same code; a
 * damaged store is neither a malformed document nor a lack of memory. */
#ifndef BPI_TESTS_FUZZ_INTERFACE_H
#define BPI_TESTS_FUZZ_INTERFACE_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <blueplane/blueplane.h>

static inline bool fuzz_mistaken(int rc) {
#if defined FUZZ_STORE || defined FUZZ_TEAM_STORE
  if (rc == BP_ERR_FORMAT || rc == BP_ERR_NOMEM) return true;
#endif
  return rc == BP_ERR_INTERNAL;
}

/* Checks and frees the error; whether the call succeeded. */
static inline bool fuzz_ended(int rc, bp_error *error) {
  if (fuzz_mistaken(rc) || (rc == BP_OK) != (error == NULL) || bp_error_code(error) != rc) {
    fprintf(stderr, "code %d, of the error %d: %s\n", rc, bp_error_code(error),
            bp_error_message(error));
    abort();
  }
  bp_error_free(error);
  return rc == BP_OK;
}

/* The same for a call that gives something if and only if it succeeds. */
static inline bool fuzz_gave(int rc, bp_error *error, const void *out) {
  if ((rc == BP_OK) != (out != NULL)) abort();
  return fuzz_ended(rc, error);
}

static inline void fuzz_gave_result(int rc, bp_error *error, bp_result *out) {
  fuzz_gave(rc, error, out);
  bp_result_free(out);
}

/* NULL: the input is no store for this access. */
static inline bp_store *fuzz_open(const char *path, const bp_open_options *options) {
  bp_store *s = NULL;
  bp_error *error = NULL;
  int rc = bp_open(&s, path, options, &error);
  fuzz_gave(rc, error, s);
  return s;
}

#endif
