/* privacy/vector.c: the tables generated from vector.def, and the rules for a vector. */
#include "privacy/vector.h"

#include <stdlib.h>
#include <string.h>

#include "base/vocabulary.h"

/* ------------------------------------------------------------------- the words of vector.def */

/* clang-format off: braces of values, not of blocks */
#define NOTHING 0
#define HOST (SLICED_BIT(SLICED_PLATFORM) | SLICED_BIT(SLICED_PROJECT))
#define MODEL SLICED_BIT(SLICED_MODEL)
#define CATEGORY SLICED_BIT(SLICED_CATEGORY)
#define LANGUAGE SLICED_BIT(SLICED_LANGUAGE)
#define TASK SLICED_BIT(SLICED_TASK)
#define MEASURE(id_, unit_, how_, clamp_, dimensions_, definition_)                                \
  [MEASURE_##id_] = {.name = #id_,                                                                 \
                     .unit = unit_,                                                                \
                     .definition = definition_,                                                    \
                     .how = MEASURE_##how_,                                                        \
                     .clamp = clamp_,                                                              \
                     .dimensions = dimensions_},
const measure_type bpi_measures[MEASURE_COUNT] = {
#include "privacy/vector.def"
};
#undef MEASURE
#undef MODEL
#undef CATEGORY
#undef LANGUAGE
#undef TASK

#define DIMENSION(id, name) name,
static const char *const dimensions[SLICED_COUNT] = {
#include "privacy/vector.def"
};
#undef DIMENSION

#define PLATFORM_SLICE(name) name,
static const char *const platforms[] = {
    "other",
#include "privacy/vector.def"
};
#undef PLATFORM_SLICE
#define MODEL_SLICE(name) name,
static const char *const models[] = {
    "other",
#include "privacy/vector.def"
};
#undef MODEL_SLICE
#define TASK_SLICE(name) name,
static const char *const tasks[] = {
    "other",
#include "privacy/vector.def"
};
#undef TASK_SLICE
#define EXPERIENCE_SLICE(name) name,
static const char *const experiences[] = {
    "other",
#include "privacy/vector.def"
};
#undef EXPERIENCE_SLICE
/* clang-format on */

/* The names of a dimension's slices: a list from here or a vocabulary, whose words without meaning
 * count as `other`. */
#define LIST(names)                                                                                \
  { (names), sizeof(names) / sizeof *(names), VOCABULARY_COUNT }
static const struct slices {
  const char *const *names;
  size_t count;
  vocabulary words;
} slices_of[SLICED_COUNT] = {
    [SLICED_PLATFORM] = LIST(platforms),
    [SLICED_MODEL] = LIST(models),
    [SLICED_CATEGORY] = {NULL, 0, VOCABULARY_CATEGORY},
    [SLICED_LANGUAGE] = {NULL, 0, VOCABULARY_LANGUAGE},
    [SLICED_TASK] = LIST(tasks),
    [SLICED_EXPERIENCE] = LIST(experiences),
};

static bool is_closed(int dimension) {
  return dimension > SLICED_WHOLE && dimension < SLICED_COUNT && dimension != SLICED_PROJECT;
}

const char *bpi_sliced_name(int dimension) {
  return dimension >= 0 && dimension < SLICED_COUNT ? dimensions[dimension] : NULL;
}

sliced_id bpi_sliced_find(const char *name) {
  int i = 0;
  while (i < SLICED_COUNT && strcmp(dimensions[i], name) != 0)
    i++;
  return (sliced_id)i;
}

bool bpi_measure_takes(int measure, int dimension) {
  if (measure < 0 || measure >= MEASURE_COUNT || dimension < 0) return false;
  if (dimension == SLICED_WHOLE) return true;
  if (dimension == SLICED_EXPERIENCE) return bpi_measures[measure].how == MEASURE_SUM;
  return dimension < SLICED_COUNT && bpi_measures[measure].dimensions & SLICED_BIT(dimension);
}

int bpi_slice_count(int dimension) {
  if (!is_closed(dimension)) return 1;
  const struct slices *s = &slices_of[dimension];
  return s->names ? (int)s->count : bpi_vocabulary_size(s->words);
}

const char *bpi_slice_name(int dimension, int slice) {
  if (slice == SLICE_OTHER) return "other";
  if (slice < 0 || slice >= bpi_slice_count(dimension)) return NULL;
  const struct slices *s = &slices_of[dimension];
  const char *name = s->names ? s->names[slice] : bpi_vocabulary_name(s->words, slice);
  return name && strcmp(name, "other") == 0 ? NULL
                                            : name; /* a vocabulary's own "other" is slice 0 */
}

int bpi_slice_find(int dimension, const char *name, size_t length) {
  for (int i = 1; i < bpi_slice_count(dimension); i++) {
    const char *known = bpi_slice_name(dimension, i);
    if (known && strlen(known) == length && memcmp(known, name, length) == 0) return i;
  }
  return SLICE_OTHER;
}

/* ----------------------------------------------------------------------------------- vectors */

/* Orders cells by dimension, slice and measure. */
static int compare(const vector_cell *a, const vector_cell *b) {
  if (a->dimension != b->dimension) return a->dimension < b->dimension ? -1 : 1;
  if (a->slice != b->slice) return a->slice < b->slice ? -1 : 1;
  return (a->measure > b->measure) - (a->measure < b->measure);
}

static int by_place(const void *a, const void *b) {
  return compare(a, b);
}

static const vector_cell *find(const vector_cell *cells, size_t count, int dimension, int slice,
                               int measure) {
  vector_cell key = {(uint16_t)dimension, (uint16_t)slice, (uint16_t)measure, 0, false};
  return count ? bsearch(&key, cells, count, sizeof *cells, by_place) : NULL;
}

int64_t bpi_vector_get(const vector_cell *cells, size_t count, int dimension, int slice,
                       int measure) {
  const vector_cell *found = find(cells, count, dimension, slice, measure);
  return found ? found->value : -1;
}

bool bpi_vector_lower(const vector_cell *cells, size_t count, int measure) {
  const vector_cell *found = find(cells, count, SLICED_WHOLE, 0, measure);
  return found && found->lower;
}

bool bpi_vector_active(const vector_cell *cells, size_t count) {
  for (size_t i = 0; i < count && cells[i].dimension == SLICED_WHOLE; i++)
    if (cells[i].value > 0) return true;
  return false;
}

static bool is_place(const vector_cell *c, int projects) {
  if (c->measure >= MEASURE_COUNT || c->dimension >= SLICED_EXPERIENCE) return false;
  if (bpi_measures[c->measure].clamp == 0 || !bpi_measure_takes(c->measure, c->dimension))
    return false;
  if (c->dimension == SLICED_PROJECT) return c->slice < projects;
  return bpi_slice_name(c->dimension, c->slice) != NULL;
}

static bool may_be_lower(int dimension, int measure) {
  return dimension == SLICED_WHOLE && bpi_measures[measure].how == MEASURE_SUM;
}

/* The amount that further slices of each dimension and measure may still add. */
typedef struct room {
  int64_t left[SLICED_COUNT][MEASURE_COUNT];
} room;

/* Takes the cells in order, so totals come first. False: a slice without its total. */
static bool take_room(room *r, const vector_cell *c, int64_t *fits) {
  int64_t *left = &r->left[c->dimension][c->measure];
  *fits = c->value;
  if (c->dimension == SLICED_WHOLE) {
    for (int d = 0; d < SLICED_COUNT; d++)
      r->left[d][c->measure] = c->value;
    return true;
  }
  if (*left < 0) return false;
  if (*fits > *left) *fits = *left;
  *left -= *fits;
  return true;
}

static void room_init(room *r) {
  for (int d = 0; d < SLICED_COUNT; d++)
    for (int m = 0; m < MEASURE_COUNT; m++)
      r->left[d][m] = -1;
}

/* A clamped value is a lower bound, except for days: a week has no more than seven. */
static void cut(vector_cell *c) {
  int64_t most = bpi_measures[c->measure].clamp;
  if (c->value < 0) c->value = 0;
  if (c->value <= most) return;
  c->value = most;
  c->lower |= may_be_lower(c->dimension, c->measure) && c->measure != MEASURE_active_days;
}

/* Adds up adjacent cells of the same place and clamps each. */
static size_t add_up(vector_cell *cells, size_t count) {
  size_t kept = 0;
  for (size_t i = 0; i < count; i++) {
    vector_cell one = cells[i], *last = kept ? &cells[kept - 1] : NULL;
    cut(&one);
    if (last == NULL || compare(last, &one) != 0) {
      cells[kept++] = one;
      continue;
    }
    last->value += one.value; /* the sum of two clamps cannot overflow */
    last->lower |= one.lower;
    cut(last);
  }
  return kept;
}

void bpi_vector_shape(vector_cell *cells, size_t *count) {
  room r;
  room_init(&r);
  qsort(cells, *count, sizeof *cells, by_place);
  size_t all = add_up(cells, *count), kept = 0;
  for (size_t i = 0; i < all; i++) {
    int64_t fits;
    if (!take_room(&r, &cells[i], &fits)) continue;
    if (fits == 0 && cells[i].dimension != SLICED_WHOLE) continue;
    cells[kept] = cells[i];
    cells[kept++].value = fits;
  }
  *count = kept;
}

bool bpi_vector_valid(const vector_cell *cells, size_t count, int projects) {
  room r;
  room_init(&r);
  if (count > VECTOR_CELLS_MAX || projects > VECTOR_PROJECTS_MAX + 1) return false;
  for (size_t i = 0; i < count; i++) {
    const vector_cell *c = &cells[i];
    int64_t fits;
    if (!is_place(c, projects)) return false;
    if (i && compare(&cells[i - 1], c) >= 0) return false;
    if (c->value < 0 || c->value > bpi_measures[c->measure].clamp) return false;
    if (c->lower && !may_be_lower(c->dimension, c->measure)) return false;
    if (c->value == 0 && c->dimension != SLICED_WHOLE) return false;
    if (!take_room(&r, c, &fits) || fits != c->value) return false;
  }
  return true;
}

/* Marks totals as lower bounds that the other device, which was active, does not cover. */
static void mark_uncovered(vector_cell *cells, size_t count, const vector_cell *other,
                           size_t other_count) {
  if (!bpi_vector_active(other, other_count)) return;
  for (size_t i = 0; i < count && cells[i].dimension == SLICED_WHOLE; i++)
    if (may_be_lower(SLICED_WHOLE, cells[i].measure))
      cells[i].lower |= bpi_vector_get(other, other_count, SLICED_WHOLE, 0, cells[i].measure) < 0;
}

void bpi_vector_add(vector_cell *out, size_t *out_count, const vector_cell *a, size_t a_count,
                    const vector_cell *b, size_t b_count) {
  if (a_count) memcpy(out, a, a_count * sizeof *a);
  if (b_count) memcpy(out + a_count, b, b_count * sizeof *b);
  mark_uncovered(out, a_count, b, b_count);
  mark_uncovered(out + a_count, b_count, a, a_count);
  *out_count = a_count + b_count;
  bpi_vector_shape(out, out_count);
}
