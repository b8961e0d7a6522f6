/* dashboard.c: writes a dashboard as one self-contained file: a person's own, or a team's from
 * published releases. The queries are in pages/personal.c and pages/team.c, the layout in
 * pages/. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "exits.h"
#include "pages/data.h"
#include "pages/page.h"
#include "pages/personal.h"
#include "pages/team.h"
#include "paths.h"
#include "zone.h"

static void put_head(json *j, const program *p, const char *kind) {
  char made[40];
  date now = today();
  snprintf(made, sizeof made, "%04d-%02d-%02d %02d:%02d", now.year, now.month, now.day, now.hour,
           now.minute);
  json_text(j, "schema", "blueplane.dashboard/1");
  json_text(j, "kind", kind);
  json_text(j, "made", made);
  json_text(j, "zone", p->zone);
  json_text(j, "version", bp_version_string());
  const char *start = p->options.value[OPTION_WEEK_START];
  json_text(j, "week_start", start != NULL ? start : "monday");
}

static const char *const styles[] = {page_base_css, page_uplot_css, page_dashboard_css, NULL};

static int write_dashboard(const program *p, data *d, const char *title, const char *const *scripts,
                           const char *name) {
  page made = {title, styles, scripts, page_dashboard_html, d->out.out.data, NULL};
  text t = {0};
  write_page(&t, &made);
  char *path = p->options.value[OPTION_OUTPUT] != NULL ? copy_text(p->options.value[OPTION_OUTPUT])
                                                       : state_path(name);
  int code = write_file(path, &t);
  if (code == EXIT_OK && strcmp(path, "-") != 0) {
    text_addf(&t, "%s\n", path);
    code = write_out(&t);
  }
  free(path);
  return code;
}

typedef struct dashboard {
  const char *kind, *title, *file;
  int (*put)(data *d, program *p); /* the queries of this kind */
  const char *scripts[6];
} dashboard;

static const dashboard own = {
    "personal",
    "blueplane",
    "dashboard.html",
    put_personal,
    {page_uplot_js, page_figures_js, page_parts_js, page_detail_js, page_personal_js, NULL}};
static const dashboard of_team = {
    "team",
    "blueplane: team",
    "team.html",
    put_team,
    {page_uplot_js, page_figures_js, page_parts_js, page_detail_js, page_team_js, NULL}};

static int show(program *p, const dashboard *which) {
  data d = {0};
  json_open(&d.out, NULL, '{');
  put_head(&d.out, p, which->kind);
  int code = put_catalog(&d, "catalog");
  if (code == EXIT_OK) code = put_words(&d, "words");
  if (code == EXIT_OK) code = which->put(&d, p);
  put_columns(&d, "columns");
  json_close(&d.out, '}');
  if (code == EXIT_OK) code = write_dashboard(p, &d, which->title, which->scripts, which->file);
  data_free(&d);
  return code;
}

/* The person's own store, after reading new records. */
static int open_own(program *p) {
  int code = open_store(p, true);
  if (code == EXIT_OK && !p->only_stored && !given(&p->options, OPTION_NO_SYNC))
    code = sync_before(p);
  return code;
}

int run_dashboard(program *p) {
  if (p->options.release.count > 0) return show(p, &of_team);
  int code = open_own(p);
  return code == EXIT_OK ? show(p, &own) : code;
}
