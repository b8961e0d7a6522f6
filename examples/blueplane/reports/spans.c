/* spans.c: numbers with a lower and an upper bound. Knows no metric. */
#include "spans.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool read_real(const bp_result *r, size_t row, const char *metric, const char *end,
                      double *out) {
  char *name = print_text("%s%s", metric, end);
  int column = r == NULL ? -1 : find_column(r, NULL, name);
  free(name);
  if (!has_value(r, row, column)) return false;
  *out = bp_result_real(r, row, (size_t)column);
  return true;
}

span span_of(const bp_result *r, size_t row, const char *metric, double divided_by) {
  span s = {0};
  int column = r == NULL ? -1 : find_column(r, NULL, metric);
  const char *unit = column < 0 ? NULL : bp_result_column(r, (size_t)column, "unit");
  s.has = read_real(r, row, metric, "", &s.value);
  s.has_low = read_real(r, row, metric, ".at_least", &s.low);
  s.has_high = read_real(r, row, metric, ".at_most", &s.high);
  s.value /= divided_by;
  s.low /= divided_by;
  s.high /= divided_by;
  s.share = unit != NULL && strcmp(unit, "ratio") == 0 && s.has_high && s.high <= 1;
  return s;
}

bool is_above(const span *a, const span *b, double times) {
  return a->has && b->has && a->has_low && b->has_high && a->low > b->high * times;
}

/* Rounds to a tenth of a point. */
static char *points_between(double change) {
  text t = {0};
  double size = floor(fabs(change) * 1000 + 0.5) / 10;
  text_addf(&t, "%s%.1f points", size == 0 ? "±" : change < 0 ? minus(NULL) : "+", size);
  return t.data;
}

char *change_between(const span *now, const span *before) {
  text t = {0};
  if (!now->has || !before->has || before->value < 0) return copy_text("");
  bool clear = is_above(now, before, 1) || is_above(before, now, 1);
  if (!clear) return copy_text("no clear change");
  if (now->share && before->share) return points_between(now->value - before->value);
  if (before->value <= 0) return copy_text("up from none");
  double ratio = (now->value - before->value) / before->value;
  put_number(&t, NULL, "ratio", ratio, true);
  return t.data;
}

char *show_times(const char *mark, double value) {
  return print_text("%s%s%.1f×", mark, value < 0 ? minus(NULL) : "", fabs(value));
}

char *show_value(const screen *s, const bp_result *r, size_t row, int column) {
  const char *unit = column < 0 ? NULL : bp_result_column(r, (size_t)column, "unit");
  if (unit == NULL || !has_value(r, row, column) ||
      bp_result_type(r, (size_t)column) != BP_TYPE_REAL)
    return figure(s, r, row, column);
  double value = bp_result_real(r, row, (size_t)column);
  const char *mark = bp_result_cell(r, row, (size_t)column) & BP_CELL_LOWER_BOUND ? "≥" : "";
  if (strcmp(unit, "ratio") == 0 && fabs(value) > 2) return show_times(mark, value);
  return figure(s, r, row, column);
}

static char *shown(const screen *s, const bp_result *r, size_t row, const char *metric,
                   const char *end) {
  char *name = print_text("%s%s", metric, end);
  int column = find_column(r, NULL, name);
  free(name);
  return has_value(r, row, column) ? show_value(s, r, row, column) : NULL;
}

char *say_ends(char *low, char *high) {
  char *both = NULL;
  if (low != NULL && high != NULL) both = print_text("%s to %s", low, high);
  if (low != NULL && high == NULL) both = print_text("at least %s", low);
  if (low == NULL && high != NULL) both = print_text("at most %s", high);
  free(low);
  free(high);
  return both != NULL ? both : copy_text("");
}

char *show_ends(const screen *s, const bp_result *r, size_t row, const char *metric) {
  char *low = shown(s, r, row, metric, ".at_least"), *high = shown(s, r, row, metric, ".at_most");
  if (low == NULL || high == NULL || strcmp(low, high) != 0) return say_ends(low, high);
  free(low);
  free(high);
  return copy_text("");
}

char *show_span(const screen *s, const bp_result *r, size_t row, const char *metric) {
  char *value = show_value(s, r, row, find_column(r, NULL, metric));
  char *ends = show_ends(s, r, row, metric);
  char *both = ends[0] != '\0' ? print_text("%s (%s)", value, ends) : copy_text(value);
  free(value);
  free(ends);
  return both;
}
