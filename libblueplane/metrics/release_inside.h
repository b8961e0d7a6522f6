/* metrics/release_inside.h: a question about releases as it is planned and what the cells say to it, for release.c and
 * release_table.c alone. */
#ifndef BPI_METRICS_RELEASE_INSIDE_H
#define BPI_METRICS_RELEASE_INSIDE_H

#include "metrics/catalog.h"
#include "metrics/keymap.h"
#include "metrics/release.h"
#include "privacy/figures.h"
#include "privacy/publication.h"
#include "store/read_release.h"

typedef enum released_how {
  HOW_SUM,
  HOW_RATIO,
  HOW_MEMBERS,
  HOW_ADOPTION,
  HOW_SHARES,
  HOW_WAYS,
  HOW_WAY_RATES,
  HOW_FEATURES,
  HOW_FEATURE_TIMES,
  HOW_SIGNAL,
  HOW_SEATS,
  HOW_PER_MEMBER,
  HOW_ROI
} released_how;

#define SIDE_MAX RELEASE_PARTS /* a metric has a column for each of its measures */
typedef struct side {
  int measure[SIDE_MAX]; /* one more than its number; 0: the end */
} side;

typedef struct released {
  const char *id;
  const char *number; /* by which some users know what only a group has, or NULL */
  released_how how;
  int64_t scale;
  side top, bottom;
  const char *levels, *unit, *title, *definition; /* NULL: as in catalog.def */
} released;

typedef enum cut_by { BY_NOTHING, BY_SLICE, BY_TEAM, BY_MEMBER } cut_by;

/* A column group of the answer: a metric, or one of the parts that a metric has. */
typedef struct asked {
  const released *r;
  const metric *m; /* its entry in the catalogue, or NULL */
  released_how how;
  int part; /* the measure that a part is named by, -1: the metric is one */
  side top, bottom;
  double scale;
  const reference *beside; /* of the organisation's benchmark, or NULL */
} asked;
#define ASKED_MAX (QUERY_METRICS * SIDE_MAX)
#define RELEASE_TEXT 72                              /* bytes of a name; releases hold less */
#define BIN_KEY (1 + RELEASE_TEXT / sizeof(int64_t)) /* a time and a text as integers */
#define RELEASE_STATED "*" /* scope of what the roster says of the whole organisation */

typedef struct span_of {
  int64_t value, low, high;
} span_of;

/* What a group of people, or several, say of one asked thing. */
typedef struct tally {
  span_of top, bottom;
  size_t told, untold, uncovered;
  bool lower,
      bottom_lower; /* what it rests on, and what that is divided by, may be more than is told */
} tally;

typedef struct bin {
  int64_t time;
  char text[RELEASE_TEXT];
  int64_t week;                /* at hand */
  int64_t week_low, week_high; /* people of it */
  int64_t most_low, most_high; /* of the week with the most */
  tally *of;                   /* by asked */
} bin;

/* A published cell of the group at hand. */
typedef struct told_cell {
  bool there;
  int state;
  span_of span;
} told_cell;

typedef struct release_query {
  const compute_context *c;
  const release_reader *reader;
  const bp_query *q;
  bp_error **error;
  asked asked[ASKED_MAX];
  size_t count;
  cut_by by;
  sliced_id dimension;
  const char *by_name;
  int time;              /* dimension_id, DIM_COUNT: none */
  int64_t from, until;   /* windows */
  published_weeks weeks; /* of them, beside those of the baseline */
  bin *bins;
  size_t bin_count, bin_capacity;
  keymap known; /* which bin is of a time and a text */
  /* the group at hand */
  int64_t window, release;
  char scope[RELEASE_TEXT], slice[RELEASE_TEXT];
  int headcount;
  int64_t roster;
  bool open, seats;  /* seats: a pass over platforms for those who ask for seats */
  uint64_t licensed; /* platforms of which the release states seats, as bits by slice */
  told_cell cell[MEASURE_COUNT];
  int order; /* asked that rows are in order of, -1: none; then by names or, without, by time */
  bool by_names, descending;
} release_query;

/* The column of an asked thing, or of something beside it: "cost", "journeys.read_edit.at_least". */
void bpi_release_name(const asked *a, const char *column, char *out, size_t size);
const assumptions *bpi_release_assumed(const release_query *x);
/* The row of a time and a name; NULL: there is none. */
bin *bpi_release_find(const release_query *x, int64_t time, const char *text);
/* Made if there is none; NULL: no memory. */
bin *bpi_release_bin(release_query *x, int64_t time, const char *text);

/* release_table.c: the answer, beside that to `before` unless it is NULL. */
int bpi_release_present(release_query *x, const release_query *before, bp_result **out);

#endif
