/* health.c: figures of the store for monitoring, and limits on them. */
#include "commands.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "exits.h"

/* "NAME>VALUE" with >, >=, < or <=. */
typedef struct limit {
  const char *said;
  size_t row; /* of the figure */
  char sign;
  bool or_equal;
  double value;
} limit;

/* The row of a figure, or -1 with a complaint. */
static long find_row(const bp_result *r, const char *name) {
  nearest n = {name, NULL, 0};
  for (size_t row = 0; row < bp_result_rows(r); row++) {
    const char *own = bp_result_text(r, row, 0, NULL);
    if (strcmp(own, name) == 0) return (long)row;
    nearest_try(&n, own);
  }
  char *hint = n.best != NULL ? print_text("did you mean \"%s\"?", n.best)
                              : copy_text("blueplane health lists the figures");
  char *shown = text_safe(name);
  complain(EXIT_USAGE, hint, "--fail-on: there is no figure \"%s\"", shown);
  free(shown);
  free(hint);
  return -1;
}

static int read_limit(limit *l, const char *said, const bp_result *r) {
  size_t length = strcspn(said, "<>");
  l->said = said;
  l->sign = said[length];
  l->or_equal = l->sign != '\0' && said[length + 1] == '=';
  const char *value = said + length + (l->sign != '\0') + l->or_equal;
  char *end;
  errno = 0;
  l->value = strtod(value, &end);
  if (length == 0 || l->sign == '\0' || end == value || *end != '\0' || errno != 0) {
    char *shown = text_safe(said);
    complain(EXIT_USAGE, "for example --fail-on 'rejects>100'", "--fail-on: \"%s\" is no limit",
             shown);
    free(shown);
    return EXIT_USAGE;
  }
  text name = {0};
  text_add_bytes(&name, said, length);
  long row = find_row(r, name.data);
  text_free(&name);
  l->row = (size_t)row;
  return row < 0 ? EXIT_USAGE : EXIT_OK;
}

static bool is_breached(const limit *l, double value) {
  if (l->or_equal && value >= l->value && value <= l->value) return true;
  return l->sign == '>' ? value > l->value : value < l->value;
}

/* Every limit is looked at, so that every breach is told. */
static int check_limits(const limit *limits, size_t count, const bp_result *r) {
  int code = EXIT_OK;
  for (size_t i = 0; i < count; i++) {
    double value = bp_result_real(r, limits[i].row, 1);
    if (is_breached(&limits[i], value))
      code = complain(EXIT_THRESHOLD, NULL, "%s is breached: it is %.15g", limits[i].said, value);
  }
  return code;
}

static int show(const screen *s, const bp_result *r) {
  text t = {0};
  for (size_t row = 0; row < bp_result_rows(r); row++) {
    const char *unit = bp_result_text(r, row, 2, NULL);
    text value = {0};
    if (unit != NULL && strcmp(unit, "bytes") == 0) {
      put_bytes(&value, (uint64_t)bp_result_int(r, row, 1));
    } else {
      put_count(&value, bp_result_int(r, row, 1));
      if (unit != NULL) text_addf(&value, " %s", unit);
    }
    text_fit(&t, bp_result_text(r, row, 0, NULL), 16, s->ascii);
    put(&t, s, STYLE_BOLD, value.data, 0);
    text_add(&t, "\n");
    text_free(&value);
  }
  return write_out(&t);
}

int run_health(program *p) {
  const strings *said = &p->options.fail_on;
  limit *limits = need(calloc(said->count + 1, sizeof *limits));
  bp_result *r = NULL;
  bp_error *error = NULL;
  int code = EXIT_OK;
  if (bp_inspect(&r, p->store, "health", &error) != BP_OK) code = complain_of(error);
  for (size_t i = 0; i < said->count && code == EXIT_OK; i++)
    code = read_limit(&limits[i], said->item[i], r);
  if (code == EXIT_OK)
    code = is_table(&p->screen) ? show(&p->screen, r) : write_result(&p->screen, r, NULL);
  if (code == EXIT_OK) code = check_limits(limits, said->count, r);
  bp_result_free(r);
  free(limits);
  return code;
}
