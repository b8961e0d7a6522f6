/* places.c: prints what the program found on this machine, for other programs: the store, the time
 * zone, the folders of the assistants. paths.c and zone.c find them. */
#include "commands.h"

#include <stdlib.h>

#include "exits.h"
#include "paths.h"

static int places_json(const program *p, const roots *known) {
  json j = {0};
  json_open(&j, NULL, '{');
  json_text(&j, "schema", "blueplane.places/1");
  json_text(&j, "store", p->store_path);
  json_text(&j, "zone", p->zone);
  json_open(&j, "places", '[');
  for (size_t i = 0; i < known->count; i++) {
    json_open(&j, NULL, '{');
    json_text(&j, "source", known->item[i].source);
    json_text(&j, "path", known->item[i].path);
    json_bool(&j, "exists", known->item[i].exists);
    json_close(&j, '}');
  }
  json_close(&j, ']');
  json_close(&j, '}');
  return write_json(&j);
}

static void put_place(text *t, const program *p, const char *name, const char *path, bool exists) {
  char *shown = short_path(path);
  text_fit(t, name, 18, p->screen.ascii);
  text_addf(t, "%s%s\n", shown, exists ? "" : " (does not exist)");
  free(shown);
}

int run_places(program *p) {
  roots known = find_roots();
  int code;
  if (is_json(&p->screen)) {
    code = places_json(p, &known);
  } else {
    text t = {0};
    put_place(&t, p, "store", p->store_path, true);
    put_place(&t, p, "zone", p->zone, true);
    for (size_t i = 0; i < known.count; i++)
      put_place(&t, p, known.item[i].source, known.item[i].path, known.item[i].exists);
    code = write_out(&t);
  }
  roots_free(&known);
  return code;
}
