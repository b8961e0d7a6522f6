/* metrics/timeline.h: maps a quarter of an hour to its hour, day, week, month and calendar quarter.
 * Knows a zone and the time slices of the query; knows no cell. */
#ifndef BPI_METRICS_TIMELINE_H
#define BPI_METRICS_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "metrics/dimension.h"
#include "metrics/period.h"

#define TIMELINE_BUCKETS 1000000 /* per dimension, at most */

typedef struct bucket {
  int64_t quarter; /* its first quarter of an hour */
  int64_t nominal; /* what its name shows: days since the epoch, or for hours an instant */
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
  size_t slices;                                       /* sorted by time, not overlapping */
  int64_t from[BASELINE_UNITS], until[BASELINE_UNITS]; /* quarters of an hour */
  size_t lists;
  bucket_list list[QUERY_DIMENSIONS];
} timeline;

/* The position of a quarter of an hour. */
typedef struct place {
  int64_t quarter;
  bool dated;
  size_t slice;
  int64_t day;                      /* civil, since the epoch */
  int64_t hour, weekday;            /* 0 .. 23; 1 Monday .. 7 */
  int64_t bucket[QUERY_DIMENSIONS]; /* per list */
} place;

/* Makes one slice per range, and one list of buckets per time.* dimension in `dims`. Errors:
 * BP_ERR_LIMIT for too many buckets, BP_ERR_NOMEM. */
int bpi_timeline_init(timeline *t, const zone *z, bool sunday, const range *ranges, size_t count,
                      const dimension_id *dims, size_t dim_count, bp_error **error);
void bpi_timeline_free(timeline *t);
/* The place of a quarter of an hour within the slices. */
void bpi_timeline_place(const timeline *t, int64_t quarter, place *out);
/* The list of a dimension; NULL: none. */
const bucket_list *bpi_timeline_list(const timeline *t, dimension_id dim);
/* The display form of a bucket: "2026-11-23", "2026-Q4". */
void bpi_bucket_show(buf *out, const timeline *t, dimension_id dim, const bucket *shown);
/* The hours of the day and days of the week that occur in the first slice, as bits. */
void bpi_timeline_clock(const timeline *t, uint32_t *hours, uint32_t *weekdays);

#endif
