/* privacy/figures.h: how a number is shown so that it reveals little about any one person:
 * rounding, 1-2-5 buckets, headcount bands, shares of members in tenths, and the p % rule that
 * chooses between rounding and buckets. Knows numbers; knows no person and no cell. */
#ifndef BPI_PRIVACY_FIGURES_H
#define BPI_PRIVACY_FIGURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A number is dominated if what remains without its two greatest parts is less than this percentage
 * of the greatest: the second contributor could then estimate the greatest part to within it. */
#define DOMINANCE_PERCENT 10

typedef enum headcount_band {
  HEADCOUNT_NONE,
  HEADCOUNT_3,
  HEADCOUNT_5,
  HEADCOUNT_10,
  HEADCOUNT_20,
  HEADCOUNT_50,
  HEADCOUNT_BANDS
} headcount_band;

headcount_band bpi_headcount_band(size_t people);
const char *bpi_headcount_name(int band); /* "3-4"; "" for none */
int64_t bpi_headcount_least(int band);
int64_t bpi_headcount_most(int band); /* of the open band: the largest roster */

/* Rounds to 3 significant digits, 2 for fewer than five people, half away from zero. */
int64_t bpi_figure_round(int64_t value, size_t people);
/* Numbers shown as `figure` lie in [figure - half, figure + half]. */
int64_t bpi_figure_half(int64_t figure, size_t people);
/* Buckets [0, 10) [10, 20) [20, 50) [50, 100) ...: the start of a value's bucket, and the end of
 * the bucket with that start. */
int64_t bpi_bucket_start(int64_t value);
int64_t bpi_bucket_end(int64_t start);
/* The share in tenths, at least 1 and at most 9. */
int64_t bpi_share_tenths(size_t members, size_t people);

/* What the p % rule needs, collected in one pass over the parts of a number. */
typedef struct parts {
  size_t count;               /* parts that are not zero */
  int64_t sum, first, second; /* the two greatest */
} parts;
void bpi_parts_add(parts *p, int64_t part);
/* Whether the sum may be shown to within `width` (0: exactly) without revealing one part to within
 * DOMINANCE_PERCENT, or anything about fewer than `k` of them. */
bool bpi_parts_safe(const parts *p, int64_t width, int32_t k);
/* The same for a reader whose own part is already subtracted. */
bool bpi_parts_safe_from_insider(const parts *p, int64_t width);

#endif
