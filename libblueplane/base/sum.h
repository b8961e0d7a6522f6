/* base/sum.h: sums, differences and products where input decides how great they are: they stop at the ends of int64_t, but
 * for sums that are kept and from which things are taken away again. */
#ifndef BPI_BASE_SUM_H
#define BPI_BASE_SUM_H

#include <stdint.h>

/* A sum that stopped is shown as a lower bound. */
static inline void bpi_add_to(int64_t *sum, int64_t value) {
  if (value > 0 && *sum > INT64_MAX - value)
    *sum = INT64_MAX;
  else if (value < 0 && *sum < INT64_MIN - value)
    *sum = INT64_MIN;
  else
    *sum += value;
}

/* Goes on at the other end, so that it is right again once what was too much is taken away. */
static inline void bpi_add_around(int64_t *sum, int64_t value) {
  *sum = (int64_t)((uint64_t)*sum + (uint64_t)value);
}

/* How long it is from one instant to another; a damaged row may say any. */
static inline int64_t bpi_span(int64_t from, int64_t until) {
  if (from < 0 && until > INT64_MAX + from) return INT64_MAX;
  return from > 0 && until < INT64_MIN + from ? INT64_MIN : until - from;
}

/* `each` is not negative. */
static inline int64_t bpi_times(int64_t count, int64_t each) {
  if (each > 0 && count > INT64_MAX / each) return INT64_MAX;
  return each > 0 && count < INT64_MIN / each ? INT64_MIN : count * each;
}

#endif
