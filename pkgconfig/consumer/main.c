/* The smallest program that uses libblueplane: opens a store in memory, closes it, and prints the
 * version. */
#include <stdio.h>

#include <blueplane/blueplane.h>

int main(void) {
  bp_open_options options = BP_OPEN_OPTIONS_INIT;
  bp_store *store = NULL;
  bp_error *error = NULL;

  options.flags = BP_OPEN_MEMORY;
  options.access = BP_ACCESS_OWNER;
  if (bp_open(&store, NULL, &options, &error) != BP_OK) {
    fprintf(stderr, "bp_open: %s\n", bp_error_message(error));
    bp_error_free(error);
    return 1;
  }
  bp_close(store);
  puts(bp_version_string());
  return 0;
}
