/* metrics/release_inside.h: the plan of a query over releases and the sums of its cells; private to
 * release.c and release_table.c. */
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
  const char *number; /* alias of a metric that only groups have ("M081"), or NULL */
  released_how how;
  int64_t scale;
  side top, bottom;
  const char *levels, *unit, *title, *definition; /* NULL: as in catalog.def */
} released;

typedef enum cut_by { BY_NOTHING, BY_SLICE, BY_TEAM, BY_MEMBER } cut_by;

/* What a group of columns shows: a metric, or one of its parts. */
typedef struct asked {
  const released *r;
  const metric *m; /* its entry in the catalogue, or NULL */
  released_how how;
  int part; /* the measure that names the part; -1: the metric has no parts */
  side top, bottom;
  double scale;
  const reference *beside; /* of the organisation's benchmark, or NULL */
} asked;
#define ASKED_MAX (QUERY_METRICS * SIDE_MAX)
#define RELEASE_TEXT 72                              /* bytes of a name; releases hold less */
#define BIN_KEY (1 + RELEASE_TEXT / sizeof(int64_t)) /* a time and a text as integers */
#define RELEASE_STATED "*" /* scope of numbers that the roster states for the whole organisation */

typedef struct span_of {
  int64_t value, low, high;
} span_of;

/* The sums of one asked item over one or more groups of people. */
typedef struct tally {
  span_of top, bottom;
  size_t told, untold, uncovered; /* groups with a value, withheld, uncovered */
  bool lower, bottom_lower;       /* top, bottom may be greater than published */
} tally;

/* A row in the making: all groups with the same time and name. */
typedef struct bin {
  int64_t time;
  char text[RELEASE_TEXT];
  int64_t week;                /* the current week */
  int64_t week_low, week_high; /* people in it */
  int64_t most_low, most_high; /* people in the week with the most */
  tally *of;                   /* per asked */
} bin;

/* A published cell of the current group. */
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
  int time;              /* a dimension_id; DIM_COUNT: none */
  int64_t from, until;   /* windows, as days */
  published_weeks weeks; /* which of them are published, compared with the baseline */
  bin *bins;
  size_t bin_count, bin_capacity;
  keymap known; /* from time and text to the index of a bin */
  /* the current group */
  int64_t window, release;
  char scope[RELEASE_TEXT], slice[RELEASE_TEXT];
  int headcount;
  int64_t roster;
  bool open, seats;  /* a group is open; in the pass over platforms, for metrics about seats */
  uint64_t licensed; /* bit per platform slice for which the release states seats */
  told_cell cell[MEASURE_COUNT];
  int order; /* index in `asked` to sort by; -1: by names if by_names, else by time */
  bool by_names, descending;
} release_query;

/* The name of a column: "cost", "journeys.read_edit.at_least". `column` "" is the value itself. */
void bpi_release_name(const asked *a, const char *column, char *out, size_t size);
const assumptions *bpi_release_assumed(const release_query *x);
/* The bin of a time and a name; NULL: none. */
bin *bpi_release_find(const release_query *x, int64_t time, const char *text);
/* The same, created if necessary; NULL: out of memory. */
bin *bpi_release_bin(release_query *x, int64_t time, const char *text);

/* release_table.c: writes the result, compared with `before` unless that is NULL. */
int bpi_release_present(release_query *x, const release_query *before, bp_result **out);

#endif
