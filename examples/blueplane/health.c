/* health.c: figures of the store for monitoring, and limits on them. */
#include "commands.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "exits.h"

/* "NAME>VALUE" with >, >=, < or <=. */
typedef struct limit {
  char *name;
  char sign;
  bool or_equal;
  double value;
} limit;

static bool read_limit(limit *l, const char *said) {
  size_t length = strcspn(said, "<>");
  char *end;
  if (length == 0 || said[length] == '\0') return false;
  l->sign = said[length];
  l->or_equal = said[length + 1] == '=';
  const char *value = said + length + 1 + l->or_equal;
  errno = 0;
  l->value = strtod(value, &end);
  if (end == value || *end != '\0' || errno != 0) return false;
  text name = {0};
  text_add_bytes(&name, said, length);
  l->name = name.data;
  return true;
}

static bool breached(const limit *l, double value) {
  if (l->or_equal && value >= l->value && value <= l->value) return true;
  return l->sign == '>' ? value > l->value : value < l->value;
}

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
  complain(EXIT_USAGE, hint, "--fail-on: there is no figure \"%s\"", name);
  free(hint);
  return -1;
}

static int check_limit(const bp_result *r, const char *said) {
  limit l = {NULL, 0, false, 0};
  if (!read_limit(&l, said))
    return complain(EXIT_USAGE, "for example --fail-on 'rejects>100'",
                    "--fail-on \"%s\" is no limit", said);
  long row = find_row(r, l.name);
  free(l.name);
  if (row < 0) return EXIT_USAGE;
  double value = bp_result_real(r, (size_t)row, 1);
  if (!breached(&l, value)) return EXIT_OK;
  return complain(EXIT_THRESHOLD, NULL, "%s is breached: it is %.15g", said, value);
}

/* Every limit is checked, so that every breach is told; a usage error outweighs a breach. */
static int check_limits(const program *p, const bp_result *r) {
  int code = EXIT_OK;
  for (size_t i = 0; i < p->options.fail_on.count; i++) {
    int own = check_limit(r, p->options.fail_on.item[i]);
    if (code != EXIT_USAGE && own != EXIT_OK) code = own;
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
  bp_result *r = NULL;
  bp_error *error = NULL;
  if (bp_inspect(&r, p->store, "health", &error) != BP_OK) return complain_of(error);
  int code = is_table(&p->screen) ? show(&p->screen, r) : write_result(&p->screen, r, NULL);
  if (code == EXIT_OK) code = check_limits(p, r);
  bp_result_free(r);
  return code;
}
