/* privacy/erased.c */
#include "privacy/erased.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/time.h"

ident bpi_erased_session(const hash_key *key, ident session) {
  unsigned char bytes[16];
  for (int i = 0; i < 8; i++) {
    bytes[i] = (unsigned char)(session.hi >> (56 - 8 * i));
    bytes[8 + i] = (unsigned char)(session.lo >> (56 - 8 * i));
  }
  return bpi_hash_ident(key, "erased", bytes, sizeof bytes);
}

int bpi_erased_add(erased_marks *m, const erased_mark *mark) {
  void *items = m->mark;
  int rc = bpi_reserve(&items, &m->capacity, m->count + 1, sizeof *m->mark);
  if (rc != BP_OK) return rc;
  m->mark = items;
  m->mark[m->count++] = *mark;
  return BP_OK;
}

static int by_session(const void *a, const void *b) {
  return bpi_ident_compare(((const erased_mark *)a)->session, ((const erased_mark *)b)->session);
}

void bpi_erased_sort(erased_marks *m) {
  if (m->count > 0) qsort(m->mark, m->count, sizeof *m->mark, by_session);
}

static bool covers(const erased_mark *mark, int64_t source, int64_t time_us) {
  if (mark->source != ERASED_ANY_SOURCE && mark->source != source) return false;
  if (time_us == BPI_TIME_NONE) return mark->from_us == INT64_MIN;
  return time_us >= mark->from_us && time_us < mark->until_us;
}

/* Index of the first mark of a session, or where it would be. */
static size_t first_of(const erased_marks *m, ident session) {
  size_t low = 0, high = m->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (bpi_ident_compare(m->mark[middle].session, session) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

bool bpi_erased_covers(const erased_marks *m, ident session, int64_t source, int64_t time_us) {
  for (size_t i = 0; i < m->count && bpi_ident_absent(m->mark[i].session); i++)
    if (covers(&m->mark[i], source, time_us)) return true;
  for (size_t i = first_of(m, session);
       i < m->count && bpi_ident_compare(m->mark[i].session, session) == 0; i++)
    if (covers(&m->mark[i], source, time_us)) return true;
  return false;
}

void bpi_erased_free(erased_marks *m) {
  bpi_free(m->mark);
  *m = (erased_marks){NULL, 0, 0};
}
