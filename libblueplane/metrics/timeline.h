/* metrics/timeline.h: which hour, day, week, month and quarter of a year a quarter of an hour lies
 * in. Knows a zone and the slices of time that are asked for; knows no cell. */
#ifndef BPI_METRICS_TIMELINE_H
#define BPI_METRICS_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "metrics/dimension.h"
#include "metrics/period.h"

#define TIMELINE_BUCKETS 1000000 /* most buckets of one dimension */

typedef struct bucket {
  int64_t quarter; /* first quarter of an hour in it */
  int64_t nominal; /* what it is called after: a day since the epoch, or for hours an instant */
  int32_t index;   /* from 0 in each slice */
} bucket;

typedef struct bucket_list {
  dimension_id dim;
  bucket *bucket;
  size_t count, capacity;
} bucket_list;

typedef struct timeline {
  const zone *z;
  bool sunday;
  size_t slices;                                       /* in order of time, none overlapping */
  int64_t from[BASELINE_UNITS], until[BASELINE_UNITS]; /* quarters of an hour */
  size_t lists;
  bucket_list list[QUERY_DIMENSIONS];
} timeline;

/* Where a quarter of an hour lies. */
typedef struct place {
  int64_t quarter;
  bool dated;
  size_t slice;
  int64_t day;                      /* civil, since the epoch */
  int64_t hour, weekday;            /* 0 .. 23; 1 Monday .. 7 */
  int64_t bucket[QUERY_DIMENSIONS]; /* by list */
} place;

/* The ranges become slices; for each time.* dimension of `dims` there will be a list of buckets.
 * BP_ERR_LIMIT for too many buckets, BP_ERR_NOMEM. */
int bpi_timeline_init(timeline *t, const zone *z, bool sunday, const range *ranges, size_t count,
                      const dimension_id *dims, size_t dim_count, bp_error **error);
void bpi_timeline_free(timeline *t);
/* The place of a quarter of an hour within the slices. */
void bpi_timeline_place(const timeline *t, int64_t quarter, place *out);
/* The list of a dimension, NULL if there is none. */
const bucket_list *bpi_timeline_list(const timeline *t, dimension_id dim);
/* How a bucket is shown: "2026-11-23", "2026-Q4". */
void bpi_bucket_show(buf *out, const timeline *t, dimension_id dim, const bucket *shown);
/* Which hours of the day and days of the week the first slice holds, as bits. */
void bpi_timeline_clock(const timeline *t, uint32_t *hours, uint32_t *weekdays);

#endif
