/* privacy/slices.c */
#include "privacy/slices.h"

#include <stdlib.h>
#include <string.h>

#include "privacy/vector.h"

static int by_slice(const void *a, const void *b) {
  const presence *x = a, *y = b;
  if (x->slice != y->slice) return x->slice < y->slice ? -1 : 1;
  return (x->person > y->person) - (x->person < y->person);
}

static size_t unique(presence *list, size_t count) {
  size_t kept = 0;
  for (size_t i = 0; i < count; i++)
    if (kept == 0 || by_slice(&list[kept - 1], &list[i]) != 0) list[kept++] = list[i];
  return kept;
}

static size_t people_of(const presence *list, size_t count, uint32_t slice) {
  size_t n = 0;
  for (size_t i = 0; i < count; i++)
    n += list[i].slice == slice;
  return n;
}

static bool is_among(const uint32_t *slices, size_t count, uint32_t slice) {
  for (size_t i = 0; i < count; i++)
    if (slices[i] == slice) return true;
  return false;
}

/* Distinct people of all slices that are not published on their own. */
static size_t people_of_rest(const presence *list, size_t count, const uint32_t *alone,
                             size_t alone_count, size_t people, bool *seen) {
  size_t n = 0;
  memset(seen, 0, people * sizeof *seen);
  for (size_t i = 0; i < count; i++) {
    if (seen[list[i].person] || is_among(alone, alone_count, list[i].slice)) continue;
    seen[list[i].person] = true;
    n++;
  }
  return n;
}

/* Removes the slice with the fewest people, on a tie the last one, from those published on their
 * own. */
static void absorb_smallest(const presence *list, size_t count, uint32_t *alone, size_t *n) {
  size_t smallest = 0;
  for (size_t i = 1; i < *n; i++)
    if (people_of(list, count, alone[i]) <= people_of(list, count, alone[smallest])) smallest = i;
  memmove(alone + smallest, alone + smallest + 1, (*n - smallest - 1) * sizeof *alone);
  --*n;
}

bool bpi_slices_roll_up(presence *list, size_t *count, size_t people, int32_t k, uint32_t *alone,
                        size_t *alone_count, bool *other, bool *seen) {
  size_t n = 0;
  if (*count > 1) qsort(list, *count, sizeof *list, by_slice);
  *count = unique(list, *count);
  for (size_t i = 0; i < *count; i++) {
    bool first = i == 0 || list[i].slice != list[i - 1].slice;
    if (!first || list[i].slice == SLICE_OTHER) continue;
    if (people_of(list, *count, list[i].slice) >= (size_t)k) alone[n++] = list[i].slice;
  }
  size_t rest = people_of_rest(list, *count, alone, n, people, seen);
  while (rest > 0 && rest < (size_t)k && n > 0) {
    absorb_smallest(list, *count, alone, &n);
    rest = people_of_rest(list, *count, alone, n, people, seen);
  }
  *alone_count = n;
  *other = rest > 0;
  return rest == 0 ? n > 0 : rest >= (size_t)k;
}
