/* privacy/publication.h: computes what is published of one closed week from its vectors, once and
 * for all. A pure function: the same contributions in any order give the same cells. Knows teams,
 * slices and thresholds by number; knows no name, no database and no clock.
 *
 * Steps: contributors; teams of at least k, or a pool of small ones; slices of at least k, or
 * `other` (slices.h); what would isolate fewer than k is dropped (audit.h); numbers that one person
 * dominates become buckets, the others are rounded (figures.h). Members who agreed to be shown
 * individually to the lead are, unless that would reveal another person (views.h, audit.h). What is
 * not in the result is withheld, for whatever reason. */
#ifndef BPI_PRIVACY_PUBLICATION_H
#define BPI_PRIVACY_PUBLICATION_H

#include <stdatomic.h>

#include "privacy/vector.h"

/* Nothing about fewer than three people is published; no policy lowers it. */
#define PUBLICATION_FLOOR 3
#define PUBLICATION_HARDENED 5
#define PUBLICATION_FLAGS_FROM 10 /* fewest people for shares of members */

#define SCOPE_OTHER (-1)  /* the pool of teams that are too small on their own */
#define SCOPE_STATED (-2) /* what the roster states for the whole organisation: seats */

/* One human member, active or not; all devices combined, never a service account. */
typedef struct contributor {
  int32_t team;    /* index of the home team */
  int experience;  /* slice of SLICED_EXPERIENCE */
  int32_t minimum; /* what the person signed: the smallest k they accept; 0: none stated */
  const vector_cell *cells;
  size_t count;
  /* by measure: agreed to be shown individually to the team's lead; NULL: to nothing */
  const bool *agreed;
  bool leads; /* sees the team's views, and knows their own numbers */
} contributor;

/* Seats that the organisation pays for on a platform. */
typedef struct seat_count {
  int platform;         /* slice of SLICED_PLATFORM */
  int64_t seats, price; /* price per seat and month, nUSD */
} seat_count;

typedef struct publication_input {
  int32_t minimum; /* of the policy; the greatest of this, the floor and what was signed applies */
  size_t teams;
  const int64_t *roster; /* human members, by team */
  const contributor *contributors;
  size_t count;
  const seat_count *seats;
  size_t seat_counts;
  const atomic_int *cancelled; /* cancels the computation when set; NULL: cannot be cancelled */
} publication_input;

enum { PUBLISHED_VALUE = 0, PUBLISHED_BUCKET = 1, PUBLISHED_UNCOVERED = 2 };
#define PUBLISHED_STATE 3 /* mask of the states above */
/* A contributor's sources do not cover the measure, or report only a lower bound: the true number
 * is at least this. All cells of a measure and scope have it, or none. */
#define PUBLISHED_PARTIAL 4

/* value: rounded for a value; the lower edge for a bucket (bpi_bucket_end gives the other); tenths
 * of the members for a FLAG (1: at most 10 %, 9: at least 90 %). */
typedef struct published_cell {
  int32_t scope;
  uint16_t dimension, slice, measure;
  /* state: PUBLISHED_; headcount: band (HEADCOUNT_) of the slice's contributors */
  uint8_t state, headcount;
  int64_t value;
} published_cell;

/* One person's exact value, for the lead of their team and nobody else. */
typedef struct published_view {
  const contributor *of; /* points into the input */
  uint16_t measure;
  int64_t value;
} published_view;

typedef struct publication {
  int32_t minimum;       /* the k that was applied */
  published_cell *cells; /* by scope, dimension, slice, measure */
  size_t count;
  published_view *views; /* by team and measure */
  size_t view_count;
  /* teams published on their own; in the pool; too small even together */
  size_t teams, pooled, dropped;
} publication;

/* Errors: NOMEM, CANCELLED. Free with bpi_publication_free. */
int bpi_publish(publication *out, const publication_input *in, bp_error **error);
void bpi_publication_free(publication *p);

#endif
