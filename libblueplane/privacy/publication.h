/* privacy/publication.h: from the vectors of one closed week to what is published of it, once and
 * for ever. A pure function: the same contributions in any order give the same cells. Knows teams,
 * slices and thresholds by number; knows no name, no database and no clock.
 *
 * What it does: contributors, teams of at least k or a pool of small ones, slices of at least k or
 * `other` (slices.h); what would isolate fewer than k is dropped (audit.h); numbers that one person
 * dominates become buckets, the others are rounded (figures.h). Who agreed to be seen alone by the
 * lead is, unless that leaves one other person over (views.h, audit.h). What is not in the result is
 * withheld, for whatever reason. */
#ifndef BPI_PRIVACY_PUBLICATION_H
#define BPI_PRIVACY_PUBLICATION_H

#include <stdatomic.h>

#include "privacy/vector.h"

/* Nothing of fewer than three people is published; no policy lowers it. */
#define PUBLICATION_FLOOR 3
#define PUBLICATION_HARDENED 5
#define PUBLICATION_FLAGS_FROM 10 /* shares of members */

#define SCOPE_OTHER (-1)  /* the pool of teams that are too small to stand alone */
#define SCOPE_STATED (-2) /* what the roster says of the whole organisation: seats */

/* One human member, active or not: all devices together, service accounts never. */
typedef struct contributor {
  int32_t team;    /* the one home team */
  int experience;  /* slice of SLICED_EXPERIENCE */
  int32_t minimum; /* what the person signed: the least k they share under; 0: none stated */
  const vector_cell *cells;
  size_t count;
  const bool *agreed; /* by measure: to be seen alone by the team's lead; NULL: to nothing */
  bool leads;         /* sees the team's views, and knows the own numbers */
} contributor;

/* Seats that the organisation pays for on a platform. */
typedef struct seat_count {
  int platform;         /* slice of SLICED_PLATFORM */
  int64_t seats, price; /* of a seat and month, nUSD */
} seat_count;

typedef struct publication_input {
  int32_t minimum; /* of the policy; the greatest of this, the floor and what was signed holds */
  size_t teams;
  const int64_t *roster; /* human members by team */
  const contributor *contributors;
  size_t count;
  const seat_count *seats;
  size_t seat_counts;
  const atomic_int *cancelled; /* to be stopped by; NULL: by nobody */
} publication_input;

enum { PUBLISHED_VALUE = 0, PUBLISHED_BUCKET = 1, PUBLISHED_UNCOVERED = 2 };
#define PUBLISHED_STATE 3 /* mask */
/* A contributor's sources do not cover it, or know only the least of it: the true number is at least this. Of
 * a measure and scope all cells have it or none. */
#define PUBLISHED_PARTIAL 4

/* A value is rounded; a bucket's is its lower edge (bpi_bucket_end has the other); of a FLAG, tenths
 * of the members (1: at most 10 %, 9: at least 90 %). */
typedef struct published_cell {
  int32_t scope;
  uint16_t dimension, slice, measure;
  uint8_t state, headcount; /* PUBLISHED_; band of the slice's contributors: HEADCOUNT_ */
  int64_t value;
} published_cell;

/* What one person did, exactly, for the lead of the one team and nobody else. */
typedef struct published_view {
  const contributor *of; /* of the input */
  uint16_t measure;
  int64_t value;
} published_view;

typedef struct publication {
  int32_t minimum;       /* the k that held */
  published_cell *cells; /* in order of scope, dimension, slice, measure */
  size_t count;
  published_view *views; /* by team and measure */
  size_t view_count;
  size_t teams, pooled, dropped; /* teams published alone; in the pool; below k even together */
} publication;

/* Errors: NOMEM, CANCELLED. Free with bpi_publication_free. */
int bpi_publish(publication *out, const publication_input *in, bp_error **error);
void bpi_publication_free(publication *p);

#endif
