/* privacy/audit.c: people who contribute to the same numbers have the same unknowns, so a
 * combination of equations isolates all of them or none. People are therefore grouped into classes;
 * classes of at least `fewer_than` people cannot be isolated, and only groups of small classes with
 * fewer people together are tried. Few of these need a test: a group can be isolated only if it
 * contains a class of every set of classes that spans the whole space by itself. */
#include "privacy/audit.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <blueplane/blueplane.h>

#include "base/mem.h"

#define GROUPS_MAX 200000 /* groups tried before the answer is "yes" */
#define COLUMNS_OF_CLASS (AUDIT_ROWS_MAX + 1)

/* Primes just below 2^31. A column has at most AUDIT_DIMENSIONS entries of 1 or -1, usually two, so
 * a minor of n rows is at most 8^(n/2): one prime suffices for every 20 rows. */
static const uint32_t primes[] = {2147483647, 2147483629, 2147483587, 2147483579, 2147483563,
                                  2147483549, 2147483543, 2147483497, 2147483489, 2147483477,
                                  2147483423, 2147483399, 2147483353};
#define ROWS_OF_PRIME 20
_Static_assert(sizeof primes / sizeof *primes * ROWS_OF_PRIME >= AUDIT_ROWS_MAX, "primes");

typedef struct people_class {
  size_t person; /* index of one of them */
  int32_t count;
} people_class;

/* A space spanned by columns, stored as rows in echelon form. */
typedef struct space {
  uint32_t prime;
  size_t rows, rank;
  uint32_t *base; /* rank x rows */
  size_t *pivot;
} space;

typedef struct auditor {
  const audit *a;
  people_class *class_;    /* large classes first */
  size_t classes, small;   /* index of the first small class */
  uint32_t *column, *part; /* scratch space */
  space whole, fixed, tried;
  /* columns of the small classes in the dimensions that the large ones leave open */
  uint32_t *open;     /* columns of `width` numbers */
  size_t *open_start; /* per small class the index of its first column, and the end */
  size_t width;
  /* per small class: is in the current group; must not be in any further group */
  bool *out, *stays;
  /* per class in the group: `width` indexes of classes that span without the group */
  size_t *spanning;
  size_t groups;
  bool isolated, too_many, cancelled;
} auditor;

/* ------------------------------------------------------------------------------------ columns */

static bool in_row(const audit *a, size_t person, size_t row) {
  return a->in[person * a->rows + row];
}

/* The unknowns of a person: the total, and the value in each slice but the last of a dimension that
 * is published completely, because that one is the total minus the others. Writes the columns of
 * the equations one after another and returns their number. */
static size_t columns_of(const audit *a, size_t person, uint32_t prime, uint32_t *out) {
  size_t last[AUDIT_DIMENSIONS], count = 1;
  for (size_t d = 0; d < AUDIT_DIMENSIONS; d++)
    last[d] = SIZE_MAX;
  for (size_t r = 0; r < a->rows; r++)
    if (in_row(a, person, r)) last[a->dimension[r]] = r;
  memset(out, 0, a->rows * sizeof *out);
  for (size_t d = 0; d < AUDIT_DIMENSIONS; d++) {
    if (d > 0 && a->rest[person * AUDIT_DIMENSIONS + d]) last[d] = SIZE_MAX;
    if (last[d] != SIZE_MAX) out[last[d]] = 1;
  }
  for (size_t r = 0; r < a->rows; r++) {
    size_t d = a->dimension[r];
    if (d == 0 || !in_row(a, person, r) || r == last[d]) continue;
    uint32_t *column = out + count++ * a->rows;
    memset(column, 0, a->rows * sizeof *column);
    column[r] = 1;
    if (last[d] != SIZE_MAX) column[last[d]] = prime - 1;
  }
  return count;
}

/* ------------------------------------------------------------------------------------- spaces */

static uint32_t times(uint32_t a, uint32_t b, uint32_t prime) {
  return (uint32_t)((uint64_t)a * b % prime);
}

static uint32_t inverse(uint32_t a, uint32_t prime) {
  uint32_t result = 1;
  for (uint32_t power = prime - 2; power; power >>= 1) {
    if (power & 1) result = times(result, a, prime);
    a = times(a, a, prime);
  }
  return result;
}

/* Subtracts from a column what the space spans. */
static void reduce(const space *s, uint32_t *column) {
  for (size_t i = 0; i < s->rank; i++) {
    const uint32_t *base = s->base + i * s->rows;
    uint32_t factor = column[s->pivot[i]];
    if (factor == 0) continue;
    for (size_t r = 0; r < s->rows; r++)
      if (base[r])
        column[r] = (uint32_t)((column[r] + (uint64_t)(s->prime - factor) * base[r]) % s->prime);
  }
}

/* Adds a column to the space; false if it is in it already. Overwrites the column. */
static bool span(space *s, uint32_t *column) {
  size_t pivot = 0;
  reduce(s, column);
  while (pivot < s->rows && column[pivot] == 0)
    pivot++;
  if (pivot == s->rows) return false;
  uint32_t factor = inverse(column[pivot], s->prime);
  uint32_t *base = s->base + s->rank * s->rows;
  for (size_t r = 0; r < s->rows; r++)
    base[r] = times(column[r], factor, s->prime);
  s->pivot[s->rank++] = pivot;
  return true;
}

static void span_class(auditor *w, space *s, size_t class_) {
  size_t count = columns_of(w->a, w->class_[class_].person, s->prime, w->column);
  for (size_t i = 0; i < count && s->rank < s->rows; i++)
    span(s, w->column + i * w->a->rows);
}

/* ------------------------------------------------------------------------------------ classes */

static bool alike(const audit *a, size_t x, size_t y) {
  return !memcmp(a->in + x * a->rows, a->in + y * a->rows, a->rows * sizeof *a->in) &&
         !memcmp(a->rest + x * AUDIT_DIMENSIONS, a->rest + y * AUDIT_DIMENSIONS,
                 AUDIT_DIMENSIONS * sizeof *a->rest);
}

static bool adds_nothing(const audit *a, size_t person) {
  for (size_t r = 0; r < a->rows; r++)
    if (in_row(a, person, r)) return false;
  return true;
}

static int large_first(const void *a, const void *b) {
  const people_class *x = a, *y = b;
  if (x->count != y->count) return x->count > y->count ? -1 : 1;
  return (x->person > y->person) - (x->person < y->person);
}

static void find_classes(auditor *w) {
  const audit *a = w->a;
  for (size_t p = 0; p < a->people; p++) {
    if ((a->known && a->known[p]) || adds_nothing(a, p)) continue;
    size_t c = 0;
    while (c < w->classes && !alike(a, w->class_[c].person, p))
      c++;
    if (c == w->classes) w->class_[w->classes++] = (people_class){p, 0};
    w->class_[c].count++;
  }
  qsort(w->class_, w->classes, sizeof *w->class_, large_first);
  while (w->small < w->classes && w->class_[w->small].count >= a->fewer_than)
    w->small++;
}

/* ------------------------------------------------------------------------------------- groups */

/* The columns of the small classes modulo the space of the large ones, reduced to the coordinates
 * that space leaves open. */
static int open_columns(auditor *w) {
  size_t capacity = 0, used = 0, *place = w->whole.pivot + w->fixed.rank;
  w->width = w->whole.rank - w->fixed.rank;
  for (size_t c = w->small; c < w->classes; c++) {
    w->open_start[c - w->small] = used;
    size_t count = columns_of(w->a, w->class_[c].person, w->whole.prime, w->column);
    int rc = bpi_reserve((void **)&w->open, &capacity, (used + count) * w->width, sizeof *w->open);
    if (rc) return rc;
    for (size_t i = 0; i < count; i++) {
      uint32_t *column = w->column + i * w->a->rows;
      reduce(&w->fixed, column);
      for (size_t k = 0; k < w->width; k++)
        w->open[used * w->width + k] = column[place[k]];
      used++;
    }
  }
  w->open_start[w->classes - w->small] = used;
  return BP_OK;
}

/* Finds classes outside the group that span all open dimensions, and returns their number; SIZE_MAX
 * if even all others do not. */
static size_t find_spanning(auditor *w, size_t *used) {
  space *s = &w->tried;
  size_t count = 0;
  s->prime = w->whole.prime;
  s->rows = w->width;
  s->rank = 0;
  for (size_t c = 0; c < w->classes - w->small && s->rank < w->width; c++) {
    size_t before = s->rank;
    if (w->out[c]) continue;
    for (size_t i = w->open_start[c]; i < w->open_start[c + 1] && s->rank < w->width; i++) {
      assert(w->open != NULL); /* open_columns stored a vector for it */
      memcpy(w->part, w->open + i * w->width, w->width * sizeof *w->part);
      span(s, w->part);
    }
    if (s->rank > before) used[count++] = c;
  }
  return s->rank == w->width ? count : SIZE_MAX;
}

/* Tries the group, and all larger ones for which there is room. To be isolated, a group must take a
 * class from every spanning set, so each class of the set is added in turn and then excluded for
 * the following ones, so that no group is tried twice. `used`: `width` entries for each class that
 * may still be added. */
static void try_groups(auditor *w, int32_t room, size_t *used) {
  size_t count = find_spanning(w, used);
  w->isolated = count == SIZE_MAX;
  w->too_many = ++w->groups > GROUPS_MAX;
  w->cancelled = w->a->cancelled != NULL && atomic_load(w->a->cancelled);
  size_t tried = 0;
  for (; tried < count && !w->isolated && !w->too_many && !w->cancelled; tried++) {
    int32_t people = w->class_[w->small + used[tried]].count;
    if (people > room || w->stays[used[tried]]) {
      used[tried] = SIZE_MAX;
      continue;
    }
    w->out[used[tried]] = true;
    try_groups(w, room - people, used + w->width);
    w->out[used[tried]] = false;
    w->stays[used[tried]] = true;
  }
  while (tried-- > 0)
    if (used[tried] != SIZE_MAX) w->stays[used[tried]] = false;
}

/* The number of classes a group can have, plus one. */
static size_t group_size(const auditor *w) {
  size_t most = w->a->fewer_than > 0 ? (size_t)w->a->fewer_than : 1;
  return w->classes - w->small < most ? w->classes - w->small + 1 : most;
}

static int audit_modulo(auditor *w, uint32_t prime) {
  w->whole.prime = w->fixed.prime = prime;
  w->whole.rank = w->fixed.rank = 0;
  w->whole.rows = w->fixed.rows = w->a->rows;
  for (size_t c = 0; c < w->small; c++)
    span_class(w, &w->fixed, c);
  memcpy(w->whole.base, w->fixed.base, w->fixed.rank * w->a->rows * sizeof *w->whole.base);
  memcpy(w->whole.pivot, w->fixed.pivot, w->fixed.rank * sizeof *w->whole.pivot);
  w->whole.rank = w->fixed.rank;
  for (size_t c = w->small; c < w->classes; c++)
    span_class(w, &w->whole, c);
  if (w->whole.rank == w->fixed.rank) return BP_OK;
  bpi_free(w->open);
  bpi_free(w->spanning);
  w->open = NULL;
  int rc = open_columns(w);
  w->spanning = bpi_alloc_zero(group_size(w) * w->width, sizeof *w->spanning);
  if (!rc && !w->spanning) rc = BP_ERR_NOMEM;
  w->groups = 0;
  if (!rc) try_groups(w, w->a->fewer_than - 1, w->spanning);
  return rc == BP_OK && w->cancelled ? BP_ERR_CANCELLED : rc;
}

static bool reserve_space(space *s, size_t rows) {
  s->base = bpi_alloc_zero(rows * rows, sizeof *s->base);
  s->pivot = bpi_alloc_zero(rows, sizeof *s->pivot);
  return s->base && s->pivot;
}

static void free_space(space *s) {
  bpi_free(s->base);
  bpi_free(s->pivot);
}

static int run(auditor *w) {
  size_t rows = w->a->rows, people = w->a->people;
  w->class_ = bpi_alloc_zero(people, sizeof *w->class_);
  w->column = bpi_alloc_zero(rows * (rows + 1), sizeof *w->column);
  w->part = bpi_alloc_zero(rows, sizeof *w->part);
  w->open_start = bpi_alloc_zero(people + 1, sizeof *w->open_start);
  w->out = bpi_alloc_zero(people, sizeof *w->out);
  w->stays = bpi_alloc_zero(people, sizeof *w->stays);
  bool spaces = reserve_space(&w->whole, rows) && reserve_space(&w->fixed, rows) &&
                reserve_space(&w->tried, rows);
  if (!w->class_ || !w->column || !w->part || !w->open_start || !w->out || !w->stays || !spaces)
    return BP_ERR_NOMEM;
  find_classes(w);
  int rc = BP_OK;
  size_t enough = rows / ROWS_OF_PRIME + 1;
  for (size_t i = 0; i < enough && !rc && w->small < w->classes && !w->isolated; i++)
    rc = audit_modulo(w, primes[i]);
  return rc;
}

int bpi_audit_isolates(const audit *a, bool *isolates) {
  auditor w = {.a = a};
  *isolates = a->rows > AUDIT_ROWS_MAX - ROWS_OF_PRIME;
  if (*isolates || a->rows == 0 || a->people == 0) return BP_OK;
  int rc = run(&w);
  *isolates = w.isolated || w.too_many;
  bpi_free(w.class_);
  bpi_free(w.column);
  bpi_free(w.part);
  bpi_free(w.open);
  bpi_free(w.open_start);
  bpi_free(w.out);
  bpi_free(w.stays);
  bpi_free(w.spanning);
  free_space(&w.whole);
  free_space(&w.fixed);
  free_space(&w.tried);
  return rc;
}
