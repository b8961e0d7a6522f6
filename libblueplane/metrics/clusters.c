/* metrics/clusters.c: asks a query by session, day and dimension, and turns each row of its result
 * into a part. */
#include "metrics/clusters.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"

/* The columns of the query: session, day, the dimension if it is another one, then the metrics. */
enum { SESSION_COLUMN, DAY_COLUMN, OTHER_COLUMN };

typedef struct reader {
  clusters *out;
  const bp_result *r;
  const cluster_question *asked;
  dimension_id by;                         /* DIM_COUNT: none */
  size_t by_column;                        /* the column of that dimension */
  size_t sent;                             /* the column SENT; equal to r->columns: none */
  size_t *value_of, *cluster_of, *part_of; /* per row; each row is one part */
} reader;

/* ------------------------------------------------------------------------------------- the query */

static int copy_filters(bp_query *q, const bp_query *like) {
  int rc = BP_OK;
  for (size_t i = 0; i < like->filters && !rc; i++) {
    const query_filter *f = &like->where[i];
    rc = bpi_query_where(q, f->dimension, f->negated ? "!=" : "=", f->value);
  }
  return rc;
}

/* Queried along with any metric that depends on sent tokens: it is marked as a lower bound where a
 * part of them is not known. */
#define SENT "input_tokens"

static bool rests_on_sent(const metric *m) {
  const operand *o = &m->top;
  return o->terms != NULL && o->terms->kind == ROLLUP_RESPONSE && bpi_operand_rests_on_input(o);
}

static bool any_rests_on_sent(const cluster_question *asked) {
  dimension_id by;
  for (size_t i = 0; i < asked->count; i++)
    if (rests_on_sent(&bpi_metrics[bpi_metric_find(asked->metrics[i], &by)])) return true;
  return false;
}

static int build(bp_query *q, const bp_query *like, const cluster_question *asked) {
  int rc = bpi_query_period(q, "all", like->zone);
  q->from = asked->from; /* set directly: reports may read beyond the years the builder accepts */
  q->until = asked->until;
  for (size_t i = 0; i < asked->count && !rc; i++)
    rc = bpi_query_metric(q, asked->metrics[i]);
  if (!rc && any_rests_on_sent(asked)) rc = bpi_query_metric(q, SENT);
  if (!rc) rc = bpi_query_by(q, "session");
  if (!rc) rc = bpi_query_by(q, "time.day");
  if (!rc && asked->by) rc = bpi_query_by(q, asked->by);
  if (!rc) rc = copy_filters(q, like);
  q->sunday = like->sunday;
  return rc;
}

static int run(bp_result **out, const compute_context *c, const bp_query *like,
               const cluster_question *asked, bp_error **error) {
  bp_query *q;
  int rc = bpi_query_new(&q, error);
  if (rc) return rc;
  rc = build(q, like, asked);
  if (rc)
    bpi_query_check(q, error); /* fills in the error */
  else
    rc = bpi_compute_within(out, c, q, error);
  bpi_query_free(q);
  return rc;
}

/* -------------------------------------------------------------------------------------- its rows */

static const char *const bands[] = {"night (0 to 6)", "morning (6 to 12)", "afternoon (12 to 18)",
                                    "evening (18 to 24)"};
static const char *const weekdays[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                       "Friday", "Saturday", "Sunday"};

static const char *value_at(const reader *x, size_t row) {
  if (x->by == DIM_COUNT) return "";
  if (bpi_table_state(x->r, row, x->by_column) != BP_CELL_VALUE) return NULL;
  if (x->by == DIM_HOUR_OF_DAY) return bands[x->r->column[x->by_column].ints[row] / 6 % 4];
  if (x->by == DIM_DAY_OF_WEEK) return weekdays[(x->r->column[x->by_column].ints[row] + 6) % 7];
  return bpi_table_text(x->r, row, x->by_column, NULL);
}

static bool same_text(const bp_result *r, size_t row, size_t other, size_t column) {
  const char *a = bpi_table_text(r, row, column, NULL), *b = bpi_table_text(r, other, column, NULL);
  return a && b ? !strcmp(a, b) : a == b;
}

/* Rows are sorted by session and day, so the rows of a cluster are adjacent. */
static size_t number_clusters(reader *x) {
  size_t count = 0;
  for (size_t row = 0; row < x->r->rows; row++) {
    bool fresh = !row || !same_text(x->r, row, row - 1, SESSION_COLUMN) ||
                 !same_text(x->r, row, row - 1, DAY_COLUMN);
    count += fresh;
    x->cluster_of[row] = count - 1;
  }
  return count;
}

static int by_name(const void *a, const void *b) {
  const char *x = *(char *const *)a, *y = *(char *const *)b;
  if (!x || !y) return (int)!x - (int)!y;
  return strcmp(x, y);
}

static int name_values(reader *x) {
  clusters *out = x->out;
  size_t seen = 0;
  out->value = bpi_alloc_zero(x->r->rows + 1, sizeof *out->value);
  if (!out->value) return BP_ERR_NOMEM;
  const char **names = bpi_alloc_zero(x->r->rows + 1, sizeof *names);
  if (!names) return BP_ERR_NOMEM;
  for (size_t row = 0; row < x->r->rows; row++)
    names[row] = value_at(x, row);
  qsort(names, x->r->rows, sizeof *names, by_name);
  for (size_t row = 0; row < x->r->rows; row++) {
    if (row && !by_name(&names[row], &names[row - 1])) continue;
    if (names[row] && !(out->value[seen] = bpi_strndup(names[row], strlen(names[row])))) {
      bpi_free(names);
      return BP_ERR_NOMEM;
    }
    seen++, out->values++;
  }
  bpi_free(names);
  return BP_OK;
}

static void number_values(reader *x) {
  for (size_t row = 0; row < x->r->rows; row++) {
    const char *name = value_at(x, row);
    const char **found =
        bsearch(&name, x->out->value, x->out->values, sizeof *x->out->value, by_name);
    x->value_of[row] = (size_t)((char **)found - x->out->value);
  }
}

/* Numbers the parts by value, and within a value in row order (counting sort). */
static int number_parts(reader *x) {
  clusters *out = x->out;
  out->parts = x->r->rows;
  out->first = bpi_alloc_zero(out->values + 2, sizeof *out->first);
  out->cluster_of = bpi_alloc_zero(out->parts + 1, sizeof *out->cluster_of);
  if (!out->first || !out->cluster_of) return BP_ERR_NOMEM;
  /* While counting, next[v] is the next free part of value v; in the end, out->first is
   * complete. */
  size_t *next = out->first + 1;
  for (size_t row = 0; row < out->parts; row++)
    if (x->value_of[row] + 1 < out->values) next[x->value_of[row] + 1]++;
  for (size_t v = 1; v < out->values; v++)
    next[v] += next[v - 1];
  for (size_t row = 0; row < out->parts; row++) {
    x->part_of[row] = next[x->value_of[row]]++;
    out->cluster_of[x->part_of[row]] = x->cluster_of[row];
  }
  return BP_OK;
}

/* ------------------------------------------------------------------------------------- its sums */

static size_t column_of(const bp_result *r, const char *id, const char *suffix) {
  size_t length = strlen(id);
  for (size_t i = 0; i < r->columns; i++) {
    const char *name = bpi_table_column_get(r, i, "name");
    if (strncmp(name, id, length) != 0) continue;
    if (suffix ? name[length] == '.' && !strcmp(name + length + 1, suffix) : !name[length])
      return i;
  }
  return r->columns;
}

static bool is_value(const bp_result *r, size_t row, size_t column) {
  return column < r->columns && bpi_table_state(r, row, column) == BP_CELL_VALUE;
}

static bool is_whole(const bp_result *r, size_t row, size_t column) {
  return is_value(r, row, column) && !bpi_table_lower_bound(r, row, column);
}

static void add_rows(reader *x, size_t at, const metric *m) {
  const bp_result *r = x->r;
  bool ratio = m->shape == SHAPE_RATIO, rests = rests_on_sent(m);
  size_t top = column_of(r, m->id, ratio ? m->top.name : NULL);
  size_t bottom = ratio ? column_of(r, m->id, m->bottom.name) : top;
  size_t missing = m->missing.kind ? column_of(r, m->id, m->missing.name) : r->columns;
  for (size_t row = 0; row < r->rows; row++) {
    if (!is_value(r, row, top) || !is_value(r, row, bottom)) continue;
    if (is_value(r, row, missing) && r->column[missing].ints[row] > 0) continue;
    if (rests && !is_whole(r, row, x->sent)) continue;
    cluster part = {r->column[top].ints[row], ratio ? r->column[bottom].ints[row] : 0};
    x->out->sum[at * x->out->parts + x->part_of[row]] = part;
    bpi_cluster_add(&x->out->all[at * x->out->count + x->cluster_of[row]], part);
  }
}

static int add_metrics(reader *x) {
  clusters *out = x->out;
  out->sum = bpi_alloc_zero(out->metrics * out->parts + 1, sizeof *out->sum);
  out->all = bpi_alloc_zero(out->metrics * out->count + 1, sizeof *out->all);
  if (!out->sum || !out->all) return BP_ERR_NOMEM;
  for (size_t i = 0; i < out->metrics; i++) {
    dimension_id by;
    add_rows(x, i, &bpi_metrics[bpi_metric_find(x->asked->metrics[i], &by)]);
  }
  return BP_OK;
}

static int read_result(reader *x) {
  size_t rows = x->r->rows;
  x->value_of = bpi_alloc_zero(rows + 1, sizeof *x->value_of);
  x->cluster_of = bpi_alloc_zero(rows + 1, sizeof *x->cluster_of);
  x->part_of = bpi_alloc_zero(rows + 1, sizeof *x->part_of);
  if (!x->value_of || !x->cluster_of || !x->part_of) return BP_ERR_NOMEM;
  x->out->count = number_clusters(x);
  int rc = name_values(x);
  if (rc) return rc;
  number_values(x);
  rc = number_parts(x);
  return rc ? rc : add_metrics(x);
}

int bpi_clusters_ask(clusters *out, const compute_context *c, const bp_query *like,
                     const cluster_question *asked, bp_error **error) {
  memset(out, 0, sizeof *out);
  out->metrics = asked->count;
  bp_result *r = NULL;
  int rc = run(&r, c, like, asked, error);
  if (rc) return rc;
  reader x = {
      .out = out, .r = r, .asked = asked, .by = DIM_COUNT, .sent = column_of(r, SENT, NULL)};
  if (asked->by) x.by = bpi_dimension_find(asked->by);
  x.by_column = x.by == DIM_SESSION    ? SESSION_COLUMN
                : x.by == DIM_TIME_DAY ? DAY_COLUMN
                                       : OTHER_COLUMN;
  rc = read_result(&x);
  bpi_free(x.value_of);
  bpi_free(x.cluster_of);
  bpi_free(x.part_of);
  bpi_table_release(r);
  if (rc) bpi_clusters_free(out);
  return rc == BP_ERR_NOMEM ? bpi_fail_nomem(error) : rc;
}

void bpi_clusters_free(clusters *c) {
  for (size_t i = 0; i < c->values; i++)
    bpi_free(c->value[i]);
  bpi_free(c->value);
  bpi_free(c->first);
  bpi_free(c->cluster_of);
  bpi_free(c->sum);
  bpi_free(c->all);
  memset(c, 0, sizeof *c);
}

/* --------------------------------------------------------------------------------------- access */

size_t bpi_clusters_find(const clusters *c, const char *name) {
  for (size_t v = 0; v < c->values; v++)
    if (c->value[v] && name && !strcmp(c->value[v], name)) return v;
  return VALUE_NONE;
}

cluster bpi_clusters_total(const clusters *c, size_t metric_at, size_t value) {
  cluster total = {0, 0};
  for (size_t part = c->first[value]; part < c->first[value + 1]; part++)
    bpi_cluster_add(&total, c->sum[metric_at * c->parts + part]);
  return total;
}

cluster_walk bpi_clusters_walk(const clusters *c, size_t metric_at, size_t value) {
  if (value == VALUE_NONE) return (cluster_walk){.c = c};
  return (cluster_walk){.c = c,
                        .sum = c->sum + metric_at * c->parts,
                        .part = c->first[value],
                        .end = c->first[value + 1]};
}

cluster bpi_clusters_next(cluster_walk *w, size_t cluster_at) {
  cluster found = {0, 0}; /* several parts may belong together: the hours of a band */
  for (; w->part < w->end && w->c->cluster_of[w->part] == cluster_at; w->part++)
    bpi_cluster_add(&found, w->sum[w->part]);
  return found;
}
