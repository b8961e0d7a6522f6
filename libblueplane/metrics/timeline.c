/* metrics/timeline.c: lists all buckets once, day by day in the zone; finds the bucket of a quarter
 * of an hour by binary search. */
#include "metrics/timeline.h"

#include <string.h>

#include "base/err.h"
#include "base/mem.h"

#define HOUR_US (4 * BPI_QUARTER)

/* First quarter of an hour that begins at or after an instant; 0 for instants before the epoch. */
static int64_t first_quarter(int64_t us) {
  return us <= 0 ? 0 : (us + BPI_QUARTER - 1) / BPI_QUARTER;
}

static int add_bucket(bucket_list *l, int64_t us, int64_t nominal, size_t first, bp_error **error) {
  void *items = l->bucket;
  if (l->count == TIMELINE_BUCKETS) {
    bpi_fail(error, BP_ERR_LIMIT, "the range has more than a million rows by this dimension");
    bpi_fail_detail(error, "dimension", bpi_dimensions[l->dim].name);
    return BP_ERR_LIMIT;
  }
  if (bpi_reserve(&items, &l->capacity, l->count + 1, sizeof *l->bucket))
    return bpi_fail_nomem(error);
  l->bucket = items;
  l->bucket[l->count] = (bucket){first_quarter(us), nominal, (int32_t)(l->count - first)};
  l->count++;
  return BP_OK;
}

/* ------------------------------------------------------------------------------- the buckets */

/* The start of the local clock hour of an instant. */
static int64_t hour_start(int64_t us, int32_t offset) {
  int64_t into = (us + offset * BPI_SECOND) % HOUR_US;
  return us - (into < 0 ? into + HOUR_US : into);
}

/* The end of the hour: after sixty minutes, or earlier if the clock is changed within them. */
static int64_t hour_end(const zone *z, int64_t us, int64_t start, int32_t offset) {
  for (int64_t at = us + BPI_QUARTER; at < start + HOUR_US; at += BPI_QUARTER)
    if (bpi_zone_offset(z, at) != offset) return at;
  return start + HOUR_US;
}

static int lay_hours(const timeline *t, bucket_list *l, const range *r, bp_error **error) {
  size_t first = l->count;
  int rc = BP_OK;
  for (int64_t at = r->from; at < r->until && !rc;) {
    int32_t offset = bpi_zone_offset(t->z, at);
    int64_t start = hour_start(at, offset);
    bool changed = bpi_zone_offset(t->z, start) != offset; /* the hour begins at the clock change */
    rc = add_bucket(l, at, changed ? at : start, first, error);
    at = hour_end(t->z, at, start, offset);
  }
  return rc;
}

/* First day of the week, month or quarter of a day. */
static int64_t nominal_day(const timeline *t, dimension_id dim, int64_t day) {
  civil c;
  if (dim == DIM_TIME_DAY) return day;
  if (dim == DIM_TIME_WEEK) return bpi_week_start(day, t->sunday);
  bpi_civil_from_days(day, &c);
  int32_t month = dim == DIM_TIME_MONTH ? c.month : (c.month - 1) / 3 * 3 + 1;
  return bpi_days_from_civil(c.year, month, 1);
}

static int lay_days(const timeline *t, bucket_list *l, const range *r, bp_error **error) {
  size_t first = l->count;
  int64_t last = bpi_zone_local_days(t->z, r->until - 1), before = INT64_MIN;
  int rc = BP_OK;
  for (int64_t day = bpi_zone_local_days(t->z, r->from); day <= last && !rc; day++) {
    int64_t nominal = nominal_day(t, l->dim, day), start = bpi_day_start(t->z, day);
    if (nominal == before || start == bpi_day_start(t->z, day + 1))
      continue; /* same bucket, or a date that the zone skipped */
    before = nominal;
    rc = add_bucket(l, start, nominal, first, error);
  }
  return rc;
}

static int lay_list(timeline *t, dimension_id dim, const range *ranges, bp_error **error) {
  bucket_list *l = &t->list[t->lists++];
  l->dim = dim;
  int rc = BP_OK;
  for (size_t i = 0; i < t->slices && !rc; i++) {
    if (ranges[i].from >= ranges[i].until) continue;
    rc = dim == DIM_TIME_HOUR ? lay_hours(t, l, &ranges[i], error)
                              : lay_days(t, l, &ranges[i], error);
  }
  return rc;
}

int bpi_timeline_init(timeline *t, const zone *z, bool sunday, const range *ranges, size_t count,
                      const dimension_id *dims, size_t dim_count, bp_error **error) {
  memset(t, 0, sizeof *t);
  t->z = z;
  t->sunday = sunday;
  t->slices = count;
  for (size_t i = 0; i < count; i++) {
    t->from[i] = first_quarter(ranges[i].from);
    t->until[i] = first_quarter(ranges[i].until);
  }
  int rc = BP_OK;
  for (size_t i = 0; i < dim_count && !rc; i++)
    if (bpi_dimensions[dims[i]].how == FROM_BUCKET) rc = lay_list(t, dims[i], ranges, error);
  if (rc) bpi_timeline_free(t);
  return rc;
}

void bpi_timeline_free(timeline *t) {
  for (size_t i = 0; i < t->lists; i++)
    bpi_free(t->list[i].bucket);
  memset(t, 0, sizeof *t);
}

/* ---------------------------------------------------------------------------------- look-up */

/* The last bucket that begins at or before a quarter. There always is one, as the first bucket
 * begins with its slice. */
static int64_t find_bucket(const bucket_list *l, int64_t quarter) {
  size_t low = 0, high = l->count;
  while (high - low > 1) {
    size_t middle = low + (high - low) / 2;
    if (l->bucket[middle].quarter <= quarter)
      low = middle;
    else
      high = middle;
  }
  return l->bucket[low].index;
}

void bpi_timeline_place(const timeline *t, int64_t quarter, place *out) {
  out->quarter = quarter;
  out->dated = quarter != QUARTER_UNDATED;
  out->slice = 0;
  if (!out->dated) return;
  while (out->slice + 1 < t->slices && quarter >= t->from[out->slice + 1])
    out->slice++;
  int64_t local = quarter * BPI_QUARTER + bpi_zone_offset(t->z, quarter * BPI_QUARTER) * BPI_SECOND;
  int64_t into = local % (24 * HOUR_US);
  if (into < 0) into += 24 * HOUR_US;
  out->day = (local - into) / (24 * HOUR_US);
  out->hour = into / HOUR_US;
  out->weekday = bpi_day_of_week(out->day) + 1;
  for (size_t i = 0; i < t->lists; i++)
    out->bucket[i] = find_bucket(&t->list[i], quarter);
}

const bucket_list *bpi_timeline_list(const timeline *t, dimension_id dim) {
  for (size_t i = 0; i < t->lists; i++)
    if (t->list[i].dim == dim) return &t->list[i];
  return NULL;
}

void bpi_timeline_clock(const timeline *t, uint32_t *hours, uint32_t *weekdays) {
  const int64_t enough = INT64_C(14) * BPI_DAY_QUARTERS; /* more than 7 days: a zone may skip one */
  place p = {0};
  *hours = *weekdays = 0;
  for (int64_t q = t->from[0]; q < t->until[0] && q < t->from[0] + enough; q++) {
    bpi_timeline_place(t, q, &p);
    *hours |= UINT32_C(1) << p.hour;
    *weekdays |= UINT32_C(1) << p.weekday;
  }
}

static void show_hour(buf *out, const timeline *t, int64_t us) {
  civil c;
  bpi_zone_civil(t->z, us, &c);
  int32_t offset = bpi_zone_offset(t->z, us), minutes = (offset < 0 ? -offset : offset) / 60;
  bpi_buf_printf(out, "%04d-%02d-%02dT%02d:%02d:00", c.year, c.month, c.day, c.hour, c.minute);
  if (!offset && !strcmp(bpi_zone_name(t->z), "UTC"))
    bpi_buf_char(out, 'Z');
  else
    bpi_buf_printf(out, "%c%02d:%02d", offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

void bpi_bucket_show(buf *out, const timeline *t, dimension_id dim, const bucket *shown) {
  if (dim == DIM_TIME_HOUR) {
    show_hour(out, t, shown->nominal);
    return;
  }
  civil c;
  bpi_civil_from_days(shown->nominal, &c);
  if (dim == DIM_TIME_QUARTER)
    bpi_buf_printf(out, "%04d-Q%d", c.year, (c.month - 1) / 3 + 1);
  else if (dim == DIM_TIME_MONTH)
    bpi_buf_printf(out, "%04d-%02d", c.year, c.month);
  else
    bpi_buf_printf(out, "%04d-%02d-%02d", c.year, c.month, c.day);
}
