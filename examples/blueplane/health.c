/* health.c: prints health figures of the store and of reading in the formats of monitoring, and
 * checks limits on them. */
#include "commands.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "exits.h"
#include "pages/live_page.h"
#include "rows.h"
#include "vitals.h"

/* "NAME>VALUE" with >, >=, < or <=. */
typedef struct limit {
  const char *said;
  const vital_info *info;
  char sign;
  bool or_equal;
  double value;
} limit;

/* ------------------------------------------------------------------------------------- limits */

static int refuse_name(const char *name) {
  nearest n = {name, NULL, 0};
  for (const vital_info *info = vital_table; info->name != NULL; info++)
    nearest_try(&n, info->name);
  return complain_of_name("--fail-on: there is no figure", &n,
                          "blueplane health --json lists the figures");
}

/* Applies the unit after a number. False: it does not fit the figure. */
static bool scale(limit *l, const char *unit) {
  static const struct {
    const char *unit;
    vital_unit of;
    double by;
  } seconds[] = {{"ms", VITAL_SECONDS, 1e-3}, {"s", VITAL_SECONDS, 1},
                 {"m", VITAL_SECONDS, 60},    {"min", VITAL_SECONDS, 60},
                 {"h", VITAL_SECONDS, 3600},  {"d", VITAL_SECONDS, 86400},
                 {"d", VITAL_DAYS, 1}};
  if (*unit == '\0') return true;
  if (strcmp(unit, "%") == 0) {
    if (l->info->share == NULL) return false;
    l->info = find_vital(l->info->share);
    l->value /= 100;
    return true;
  }
  for (size_t i = 0; i < sizeof seconds / sizeof *seconds; i++)
    if (seconds[i].of == l->info->unit && strcmp(seconds[i].unit, unit) == 0) {
      l->value *= seconds[i].by;
      return true;
    }
  double factor;
  if (l->info->unit != VITAL_BYTES || !bytes_unit(&factor, unit)) return false;
  l->value *= factor;
  return true;
}

static int read_limit(limit *l, const char *said) {
  size_t length = strcspn(said, "<>");
  l->said = said;
  l->sign = said[length];
  l->or_equal = l->sign != '\0' && said[length + 1] == '=';
  const char *value = said + length + (l->sign != '\0') + l->or_equal;
  text name = {0};
  text_add_bytes(&name, said, length);
  l->info = name.data == NULL ? NULL : find_vital(name.data);
  int code = EXIT_OK;
  char *end;
  errno = 0;
  l->value = strtod(value, &end);
  bool number = length > 0 && l->sign != '\0' && end != value && isfinite(l->value) && errno == 0;
  if (number && l->info == NULL)
    code = refuse_name(name.data);
  else if (!number || !scale(l, end)) {
    char *shown = text_safe(said);
    code = complain(EXIT_USAGE, "for example --fail-on 'lag_p95>60s,rejects>0.1%'",
                    "--fail-on: \"%s\" is not a limit", shown);
    free(shown);
  }
  text_free(&name);
  return code;
}

static bool is_breached(const limit *l, double value) {
  if (l->or_equal && value >= l->value && value <= l->value) return true;
  return l->sign == '>' ? value > l->value : value < l->value;
}

/* Checks every limit, so that all breaches are reported. An unknown figure breaches nothing. */
static int check_limits(const limit *limits, size_t count, const vitals *v) {
  int code = EXIT_OK;
  for (size_t i = 0; i < count; i++)
    for (size_t k = 0; k < v->count; k++) {
      const vital *one = &v->item[k];
      if (one->info != limits[i].info || !is_breached(&limits[i], one->value)) continue;
      text now = {0};
      put_vital(&now, one);
      code = complain(EXIT_THRESHOLD, NULL, "%s is breached: it is %s%s%s", limits[i].said,
                      now.data, one->of != NULL ? " of " : "", one->of != NULL ? one->of : "");
      text_free(&now);
    }
  return code;
}

/* ------------------------------------------------------------------------------------- writing */

static char *title_of(const vital *v) {
  if (v->of == NULL) return copy_text(v->info->title);
  bool within = strcmp(v->info->label, "le") == 0;
  return print_text(within ? "%s %s s" : "%s: %s", v->info->title, v->of);
}

static int show(const screen *s, const vitals *v) {
  static const char *const styles[] = {STYLE_GOOD, STYLE_WARN, STYLE_BAD};
  text t = {0};
  const char *group = "";
  put(&t, s, styles[v->status], status_name(v->status), 0);
  if (v->reasons != NULL) text_addf(&t, ": %s", v->reasons);
  text_add(&t, "\n");
  for (const vital_info *info = vital_table; info->name != NULL; info++)
    for (size_t i = 0; i < v->count; i++) {
      const vital *one = &v->item[i];
      if (one->info != info || !vital_is_shown(one)) continue;
      if (strcmp(info->group, group) != 0) {
        text_add(&t, "\n");
        put(&t, s, STYLE_BOLD, info->group, 0);
        text_add(&t, "\n");
        group = info->group;
      }
      char *title = title_of(one);
      text_add(&t, "  ");
      text_fit(&t, title, 26, s->ascii);
      put_vital(&t, one);
      text_add(&t, "\n");
      free(title);
    }
  return write_out(&t);
}

/* The figures that people see, as they see them. */
static int write_page(const screen *s, const vitals *v) {
  static const char *const columns[] = {"Figure", "Value", NULL};
  rows r;
  rows_begin(&r, s, NULL, columns);
  rows_start(&r);
  rows_text(&r, NULL, "Status");
  rows_text(&r, NULL, status_name(v->status));
  rows_finish(&r);
  for (size_t i = 0; i < v->count; i++) {
    if (!vital_is_shown(&v->item[i])) continue;
    text value = {0};
    char *title = title_of(&v->item[i]);
    put_vital(&value, &v->item[i]);
    rows_start(&r);
    rows_text(&r, NULL, title);
    rows_text(&r, NULL, value.data);
    rows_finish(&r);
    free(title);
    text_free(&value);
  }
  return rows_end(&r);
}

static int write_rows(const screen *s, const vitals *v) {
  static const char *const columns[] = {"name", "of", "value", NULL};
  rows r;
  rows_begin(&r, s, "blueplane.health/1", columns);
  for (size_t i = 0; i < v->count; i++) {
    rows_start(&r);
    rows_text(&r, "name", v->item[i].info->name);
    rows_text(&r, "of", v->item[i].of);
    rows_real(&r, "value", v->item[i].value);
    rows_finish(&r);
  }
  return rows_end(&r);
}

static int write_vitals(const screen *s, const vitals *v) {
  if (is_table(s)) return show(s, v);
  if (is_markup(s)) return write_page(s, v);
  if (strcmp(s->format, "prometheus") == 0) {
    text t = {0};
    put_exposition(&t, v);
    return write_out(&t);
  }
  if (strcmp(s->format, "json") != 0) return write_rows(s, v);
  json j = {0};
  json_vitals(&j, v);
  return write_json(&j);
}

/* Writes the page of blueplane serve as a static file without scripts. */
static int write_health_page(const program *p, const vitals *v) {
  text part = {0}, page = {0};
  put_live_health(&part, v);
  write_live_page(&page, "Health", NULL, &part, false);
  return write_file(p->options.value[OPTION_OUTPUT], &page);
}

int run_health(program *p) {
  strings said = {0};
  for (size_t i = 0; i < p->options.fail_on.count; i++)
    strings_add_list(&said, p->options.fail_on.item[i]);
  if (said.count == 0 && given(&p->options, OPTION_FAIL_ON))
    strings_add(&said, ""); /* e.g. from an unset variable: the check would silently do nothing */
  limit *limits = need(calloc(said.count + 1, sizeof *limits));
  vitals v = {0};
  const double unknown = -1;
  int code = EXIT_OK;
  for (size_t i = 0; i < said.count && code == EXIT_OK; i++)
    code = read_limit(&limits[i], said.item[i]);
  if (code == EXIT_OK)
    code = read_vitals(&v, p, given(&p->options, OPTION_INTEGRITY) ? NULL : &unknown);
  if (v.count > 0 && code != EXIT_INTERRUPTED) { /* report a failure, too */
    int written = given(&p->options, OPTION_OUTPUT) ? write_health_page(p, &v)
                                                    : write_vitals(&p->screen, &v);
    if (code == EXIT_OK) code = written;
  }
  if (code == EXIT_OK) code = check_limits(limits, said.count, &v);
  vitals_free(&v);
  free(limits);
  strings_free(&said);
  return code;
}
