/* The public headers alone compile as strict C99 and C++11 without a warning. */
#include <blueplane/arrow.h>
#include <blueplane/blueplane.h>
#include <blueplane/version.h>

int bp_header_compiles(void);
int bp_header_compiles(void) {
  return BP_OK;
}
