/* privacy.c: shows field by field what would be kept of a file. Stores nothing: the library is
 * given a store in memory that is gone afterwards. */
#include "commands.h"

#include <stdlib.h>
#include <string.h>

#include "exits.h"
#include "paths.h"

static int preview(program *p, const char *path) {
  bp_open_options how = BP_OPEN_OPTIONS_INIT;
  bp_error *error = NULL;
  bp_result *r = NULL;
  text data = {0};
  int code = load_file(&data, path);
  if (code != EXIT_OK) return code;
  how.flags = BP_OPEN_MEMORY;
  how.access = BP_ACCESS_OWNER;
  if (bp_open(&p->store, NULL, &how, &error) != BP_OK ||
      bp_privacy_preview(&r, p->store, p->options.value[OPTION_SOURCE],
                         data.length > 0 ? data.data : "", data.length, &error) != BP_OK)
    code = complain_of(error);
  else
    code = write_result(&p->screen, r, "titles");
  bp_result_free(r);
  text_free(&data);
  return code;
}

int run_privacy(program *p) {
  if (strcmp(p->arguments[0], "preview") == 0) return preview(p, p->arguments[1]);
  char *shown = text_safe(p->arguments[0]);
  complain(EXIT_USAGE, "usage: blueplane privacy preview FILE", "there is no privacy %s", shown);
  free(shown);
  return EXIT_USAGE;
}
