/* metrics/contrast_table.c: the columns of every report, in a table, and the cells that fill
 * them. */
#include "metrics/contrast_table.h"

#include <stdio.h>
#include <string.h>

static const struct column {
  const char *name;
  int type;
  const char *definition;
} columns[] = {
    {"value", BP_TYPE_REAL, "The metric on the first side; for a trend, in its first week."},
    {"other", BP_TYPE_REAL, "The metric on the other side; for a trend, in its last week."},
    {"n", BP_TYPE_INT, "The denominator on the first side; for a trend, the number of weeks."},
    {"n_other", BP_TYPE_INT, "The same for the other side."},
    {"clusters", BP_TYPE_INT, "Session days with data, the units of the test."},
    {"effect_kind", BP_TYPE_TEXT,
     "difference (first minus other), factor (first over other) or slope (change per week)."},
    {"effect", BP_TYPE_REAL, "The size of the effect; empty if there is too little data."},
    {"effect_low", BP_TYPE_REAL, "Lower end of its 95 % interval."},
    {"effect_high", BP_TYPE_REAL, "Upper end of its 95 % interval."},
    {"test", BP_TYPE_TEXT, "The test used; docs/insights.md describes it."},
    {"p", BP_TYPE_REAL,
     "Probability of an effect at least as large if there is none; never below 1e-9."},
    {"p_adjusted", BP_TYPE_REAL, "The same, adjusted for all tests of the report."}};
#define COLUMNS (sizeof columns / sizeof *columns)

size_t bpi_report_column(bp_result *t, int type, const char *name, const char *role,
                         const char *definition) {
  char title[64];
  snprintf(title, sizeof title, "%s", name);
  for (char *c = title; *c; c++)
    if (*c == '_') *c = ' ';
  if (*title >= 'a' && *title <= 'z' && title[1]) *title = (char)(*title - 'a' + 'A');
  size_t column = bpi_table_add_column(t, type, name, role);
  bpi_table_column_meta(t, column, "title", title);
  bpi_table_column_meta(t, column, "definition", definition);
  return column;
}

void bpi_report_text(bp_result *t, size_t column, const char *text) {
  bpi_table_set_text(t, column, text, text ? strlen(text) : 0);
}

size_t bpi_contrast_columns(bp_result *t) {
  size_t first = 0;
  for (size_t i = 0; i < COLUMNS; i++) {
    size_t at =
        bpi_report_column(t, columns[i].type, columns[i].name, "companion", columns[i].definition);
    if (!i) first = at;
  }
  return first;
}

/* Further out, approximations of the tails are not reliable. */
#define P_LEAST 1e-9
static void set_p(bp_result *t, size_t column, double p) {
  bpi_table_set_real(t, column, p < P_LEAST ? P_LEAST : bpi_round_digits(p, STATS_DIGITS));
}

static void set(bp_result *t, size_t column, double value) {
  bpi_table_set_real(t, column, bpi_round_digits(value, STATS_DIGITS));
}

void bpi_contrast_cells(bp_result *t, size_t first, const contrast *c, double adjusted) {
  if (c->n_a) set(t, first, c->a);
  if (c->n_a && (c->n_b || c->kind == CONTRAST_SLOPE)) set(t, first + 1, c->b);
  bpi_table_set_int(t, first + 2, c->n_a);
  if (c->kind != CONTRAST_SLOPE) bpi_table_set_int(t, first + 3, c->n_b);
  bpi_table_set_int(t, first + 4, (int64_t)c->clusters);
  bpi_report_text(t, first + 5, bpi_contrast_kind_name(c->kind));
  bpi_report_text(t, first + 9, bpi_contrast_test_name(c->kind));
  if (!c->c.e.known) return;
  set(t, first + 6, c->c.e.value);
  set(t, first + 7, c->c.e.low);
  set(t, first + 8, c->c.e.high);
  set_p(t, first + 10, c->c.p);
  set_p(t, first + 11, adjusted);
}

static void put_instant(bp_result *t, const char *key, int64_t us) {
  char text[32];
  bpi_format_instant(us < 0 ? 0 : us, text);
  bpi_table_meta(t, key, text);
}

void bpi_report_meta(bp_result *t, const char *topic, const bp_query *q, const range *r,
                     const zone *z, const prices *table) {
  char said[128];
  bpi_table_meta(t, "topic", topic);
  put_instant(t, "from", r->from);
  put_instant(t, "until", r->until);
  bpi_table_meta(t, "zone", bpi_zone_name(z));
  bpi_table_meta(t, "period", q->period);
  snprintf(said, sizeof said, "%s %s", bpi_prices_date(table), bpi_prices_digest(table));
  bpi_table_meta(t, "prices", said);
}

void bpi_report_baseline(bp_result *t, const char *name, const range *r) {
  bpi_table_meta(t, "baseline", name);
  put_instant(t, "baseline_from", r->from);
  put_instant(t, "baseline_until", r->until);
}
