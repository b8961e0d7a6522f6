/* api/audit.c: collects notes in the handle, equal ones once, and writes them in batches. */
#include "api/audit.h"

#include <stdio.h>
#include <string.h>

#include "api/retention.h"
#include "base/mem.h"
#include "base/time.h"
#include "store/consent.h"

#define NOTES_MOST 64 /* written at this number even if the handle stays open */

/* Only a personal store in a file is audited, unless it was opened with BP_OPEN_READONLY. An access
 * that only reads is audited, too. */
static bool is_noted(const bp_store *s) {
  return s->audited && bpi_store_kind(s->store) == STORE_PERSONAL;
}

static bool same(const audit_row *a, const audit_row *b) {
  return a->day == b->day && a->access == b->access && a->from_us == b->from_us &&
         a->until_us == b->until_us && strcmp(a->function, b->function) == 0 &&
         strcmp(a->asked, b->asked) == 0;
}

void bpi_note(bp_store *s, const char *function, const char *asked, int64_t from_us,
              int64_t until_us) {
  if (!is_noted(s)) return;
  int64_t now = bpi_handle_now(s);
  audit_row row = {.day = now / BPI_DAY,
                   .access = s->access,
                   .from_us = from_us,
                   .until_us = until_us,
                   .at_us = now};
  snprintf(row.function, sizeof row.function, "%s", function);
  snprintf(row.asked, sizeof row.asked, "%s", asked);
  for (size_t i = 0; i < s->notes; i++)
    if (same(&s->note[i], &row)) return;
  void *items = s->note;
  if (bpi_reserve(&items, &s->note_capacity, s->notes + 1, sizeof *s->note) != BP_OK) return;
  s->note = items;
  s->note[s->notes++] = row;
  if (s->notes >= NOTES_MOST || !bpi_policy_writes(s->access)) bpi_note_down(s);
}

void bpi_note_down(bp_store *s) {
  bp_error *unseen = NULL;
  int64_t days = 0;
  if (s->notes == 0) return;
  int rc = bpi_retention_days(s, "audit_days", &days, &unseen);
  int64_t oldest = days == 0 ? INT64_MIN : s->note[s->notes - 1].day - days;
  if (rc == BP_OK) (void)bpi_audit_add(s->store, s->note, s->notes, oldest, &unseen);
  bpi_error_free(unseen);
  s->notes = 0;
}

void bpi_note_free(bp_store *s) {
  bpi_free(s->note);
}
