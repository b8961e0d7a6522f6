/* privacy/vector.h: the closed vocabulary of what may leave a machine, and the form in which it
 * does: the weekly vector of one person. Numbers and positions in closed lists only. Knows no
 * database, no bundle and no person.
 *
 * A vector is an array of cells, strictly ascending by (dimension, slice, measure). The cell of the
 * whole is there if and only if a source of that week covers the measure: its value 0 says "covered,
 * and nothing happened", its absence "nobody can tell". Slices never add up to more than the whole;
 * what they leave open belongs to the slice `other`. The whole of a sum may be marked as a lower bound,
 * and with it all that is told of the measure; slices have no mark of their own. */
#ifndef BPI_PRIVACY_VECTOR_H
#define BPI_PRIVACY_VECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <blueplane/blueplane.h>

#define MEASURE(id, ...) MEASURE_##id,
typedef enum measure_id {
#include "privacy/vector.def"
  MEASURE_COUNT
} measure_id;
#undef MEASURE

#define DIMENSION(id, name) SLICED_##id,
typedef enum sliced_id {
#include "privacy/vector.def"
  SLICED_COUNT
} sliced_id;
#undef DIMENSION
#define SLICED_BIT(dimension) (1u << (dimension))

typedef enum measure_how { MEASURE_SUM, MEASURE_FLAG, MEASURE_STATED } measure_how;

typedef struct measure_type {
  const char *name, *unit, *definition;
  measure_how how;
  int64_t clamp;       /* of one person and week */
  unsigned dimensions; /* SLICED_BIT of those that tell it, beside the whole and experience */
} measure_type;

extern const measure_type bpi_measures[MEASURE_COUNT];

#define SLICE_OTHER 0
#define VECTOR_PROJECTS_MAX 1024
#define VECTOR_CELLS_MAX 8192

typedef struct vector_cell {
  uint16_t dimension, slice, measure;
  int64_t value;
  bool lower; /* of the whole: the true number is at least this */
} vector_cell;

const char *bpi_sliced_name(int dimension);  /* "platform"; "" for the whole */
sliced_id bpi_sliced_find(const char *name); /* SLICED_COUNT if there is none */
/* Whether a measure is told by a dimension, in a vector or, for experience, in what is published. */
bool bpi_measure_takes(int measure, int dimension);
/* Slices of a dimension, `other` included; projects are the roster's: 1. */
int bpi_slice_count(int dimension);
/* "other" for 0; NULL if there is none, and for projects, whose names the roster knows. */
const char *bpi_slice_name(int dimension, int slice);
/* SLICE_OTHER if it is not listed */
int bpi_slice_find(int dimension, const char *name, size_t length);

/* Sorts, adds up equal places, cuts to the clamps, cuts slices to the whole, leaves out zeros but
 * those of the whole and slices of measures that have no whole. `*count` becomes what is left. */
void bpi_vector_shape(vector_cell *cells, size_t *count);
/* Whether this is a vector as the head of this file says, with projects below `projects`. Whatever
 * comes from elsewhere passes here first. */
bool bpi_vector_valid(const vector_cell *cells, size_t count, int projects);
/* Value of one place; -1 if it has no cell. */
int64_t bpi_vector_get(const vector_cell *cells, size_t count, int dimension, int slice,
                       int measure);
/* Whether the whole of a measure is marked as a lower bound. */
bool bpi_vector_lower(const vector_cell *cells, size_t count, int measure);
/* Whether anything happened in the week. */
bool bpi_vector_active(const vector_cell *cells, size_t count);
/* The vectors of two devices of one person as one: a lower bound where either is, or is active and cannot tell.
 * `out` has room for the cells of both. */
void bpi_vector_add(vector_cell *out, size_t *out_count, const vector_cell *a, size_t a_count,
                    const vector_cell *b, size_t b_count);

#endif
