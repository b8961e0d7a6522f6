/* privacy/vector.h: the closed list of what may leave a machine, and its form: the weekly vector of
 * one person. Contains only numbers and indexes into closed lists. Knows no database, no bundle and
 * no person.
 *
 * A vector is an array of cells, strictly ascending by (dimension, slice, measure). The cell of a
 * total exists exactly if a source of that week covers the measure: value 0 means "covered, nothing
 * happened", absence means "unknown". Slices never add up to more than the total; the rest belongs
 * to the slice `other`. The total of a sum may be marked as a lower bound, which then applies to
 * everything reported for the measure; slices have no mark of their own. */
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
  int64_t clamp; /* for one person and week */
  /* SLICED_BIT of the dimensions it is divided by, besides the total and experience */
  unsigned dimensions;
} measure_type;

extern const measure_type bpi_measures[MEASURE_COUNT];

#define SLICE_OTHER 0
#define VECTOR_PROJECTS_MAX 1024
#define VECTOR_CELLS_MAX 8192

typedef struct vector_cell {
  uint16_t dimension, slice, measure;
  int64_t value;
  bool lower; /* only of a total: the true number is at least this */
} vector_cell;

const char *bpi_sliced_name(int dimension);  /* "platform"; "" for the total */
sliced_id bpi_sliced_find(const char *name); /* SLICED_COUNT if there is none */
/* Whether a measure is divided by a dimension, in a vector or, for experience, in a publication. */
bool bpi_measure_takes(int measure, int dimension);
/* The number of slices of a dimension, including `other`; 1 for projects, which the roster
 * lists. */
int bpi_slice_count(int dimension);
/* "other" for 0; NULL if there is none, and for projects, which the roster names. */
const char *bpi_slice_name(int dimension, int slice);
/* SLICE_OTHER if it is not listed. */
int bpi_slice_find(int dimension, const char *name, size_t length);

/* Sorts the cells, adds up equal places, applies the clamps, limits slices to the total, and
 * removes all zeros other than totals, and all slices without a total. Sets *count to the rest. */
void bpi_vector_shape(vector_cell *cells, size_t *count);
/* Whether this is a vector as described above, with project numbers below `projects`. Vectors
 * received from elsewhere must pass this check first. */
bool bpi_vector_valid(const vector_cell *cells, size_t count, int projects);
/* The value at a place; -1 if it has no cell. */
int64_t bpi_vector_get(const vector_cell *cells, size_t count, int dimension, int slice,
                       int measure);
/* Whether the total of a measure is marked as a lower bound. */
bool bpi_vector_lower(const vector_cell *cells, size_t count, int measure);
/* Whether anything happened in the week. */
bool bpi_vector_active(const vector_cell *cells, size_t count);
/* Combines the vectors of two devices of one person: a total is a lower bound if either is, or if
 * an active device does not cover it. `out` has room for the cells of both. */
void bpi_vector_add(vector_cell *out, size_t *out_count, const vector_cell *a, size_t a_count,
                    const vector_cell *b, size_t b_count);

#endif
