/* tests/tool/verify.c: whether a store's rollup, runs, sessions and tasks are what its facts give,
 * by the library's own slow check. Uses the store's internal interface.
 *
 *     bpverify STORE...      status 0: all are; 1: one is not, or is not a store */
#include <stdio.h>

#include "base/err.h"
#include "store/batch.h"
#include "store/read.h"

/* Tasks are derived when they are first queried: without this they would not be checked. */
static int cut_tasks(store *s, bp_error **error) {
  int rc = bpi_read_begin_tasks(s, error);
  if (rc == BP_OK) bpi_read_end(s);
  return rc;
}

static int verify(const char *path) {
  const store_options options = {.read_only = false};
  store *s = NULL;
  bp_error *error = NULL;
  int ok = 0, rc = bpi_store_open(&s, path, &options, &error);
  if (rc == BP_OK) rc = cut_tasks(s, &error);
  if (rc == BP_OK) rc = bpi_store_verify(s, &ok, &error);
  bpi_store_close(s);
  printf("%s: %s %s\n", path, rc == BP_OK && ok ? "good" : "bad", bp_error_message(error));
  bpi_error_free(error);
  return rc == BP_OK && ok ? 0 : 1;
}

int main(int count, char **given) {
  int status = 0;
  for (int i = 1; i < count; i++)
    status |= verify(given[i]);
  return status;
}
