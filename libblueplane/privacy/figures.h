/* privacy/figures.h: how a number is shown so that it tells little of any one person: rounding,
 * 1-2-5 buckets, bands of headcount, tenths of members, and the p % rule that decides between the
 * first two. Knows numbers; knows no person and no cell. */
#ifndef BPI_PRIVACY_FIGURES_H
#define BPI_PRIVACY_FIGURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A number is dominated if what is left without its two greatest parts is less than this share of
 * the greatest: then the second could estimate the first to within it. */
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
int64_t bpi_headcount_most(int band); /* of the open band: of the longest roster */

/* 3 significant digits, 2 for fewer than five people, half away from zero. */
int64_t bpi_figure_round(int64_t value, size_t people);
/* The numbers that are shown as `figure` lie in [figure - half, figure + half]. */
int64_t bpi_figure_half(int64_t figure, size_t people);
/* Buckets [0, 10) [10, 20) [20, 50) [50, 100) ... : the lower edge for a value, the end for an edge. */
int64_t bpi_bucket_start(int64_t value);
int64_t bpi_bucket_end(int64_t start);
/* Tenths of `people`, never less than 1 nor more than 9. */
int64_t bpi_share_tenths(size_t members, size_t people);

/* What the p % rule looks at, in one pass over the parts of a number. */
typedef struct parts {
  size_t count;               /* that are not zero */
  int64_t sum, first, second; /* the two greatest */
} parts;
void bpi_parts_add(parts *p, int64_t part);
/* Whether the sum may be told to within `width` (0: exactly) without telling one part to within
 * DOMINANCE_PERCENT, nor anything of fewer than `k` of them. */
bool bpi_parts_safe(const parts *p, int64_t width, int32_t k);
/* The same for a reader whose own part is already taken out of the sum. */
bool bpi_parts_safe_from_insider(const parts *p, int64_t width);

#endif
