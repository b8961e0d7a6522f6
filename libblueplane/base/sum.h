/* base/sum.h: sums, differences and products of numbers from input: they saturate at the ends of
 * int64_t, except for stored sums from which amounts are subtracted again. */
#ifndef BPI_BASE_SUM_H
#define BPI_BASE_SUM_H

#include <stdint.h>

/* A saturated sum is shown as a lower bound. */
static inline void bpi_add_to(int64_t *sum, int64_t value) {
  if (value > 0 && *sum > INT64_MAX - value)
    *sum = INT64_MAX;
  else if (value < 0 && *sum < INT64_MIN - value)
    *sum = INT64_MIN;
  else
    *sum += value;
}

/* Wraps around, so that the sum is right again once the excess is subtracted. A negative sum is one
 * beyond the end, of up to twice as much. */
static inline void bpi_add_around(int64_t *sum, int64_t value) {
  *sum = (int64_t)((uint64_t)*sum + (uint64_t)value);
}

/* The time from one instant to another, which in a damaged row may be any. */
static inline int64_t bpi_span(int64_t from, int64_t until) {
  if (from < 0 && until > INT64_MAX + from) return INT64_MAX;
  return from > 0 && until < INT64_MIN + from ? INT64_MIN : until - from;
}

/* `each` must not be negative. */
static inline int64_t bpi_times(int64_t count, int64_t each) {
  if (each > 0 && count > INT64_MAX / each) return INT64_MAX;
  return each > 0 && count < INT64_MIN / each ? INT64_MIN : count * each;
}

#endif
