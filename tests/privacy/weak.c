/* The rules of publication, each replaced by one that permits everything. privacy/publication.c and
 * view_rules.c are built with these for the controls: each test must notice that its rule is
 * missing. */
#include <string.h>

#include "privacy/audit.h"
#include "privacy/figures.h"
#include "privacy/views.h"

int weak_audit_isolates(const audit *a, bool *isolates);
bool weak_parts_safe(const parts *p, int64_t width, int32_t k);
void weak_views_choose(const views *v, bool *shown);
int weak_remainder_isolates(const audit *a, bool *isolates);

/* No audit. */
int weak_audit_isolates(const audit *a, bool *isolates) {
  (void)a;
  *isolates = false;
  return 0;
}

/* No dominance rule, no minimum number of people behind a number. */
bool weak_parts_safe(const parts *p, int64_t width, int32_t k) {
  (void)p, (void)width, (void)k;
  return true;
}

/* Everybody who agreed is shown, even if one person remains in a cell. */
void weak_views_choose(const views *v, bool *shown) {
  memcpy(shown, v->agreed, v->people * sizeof *shown);
}

/* Nor is there an audit of what all cells together reveal of views; cells without views are
 * audited. */
#undef bpi_audit_isolates
int bpi_audit_isolates(const audit *a, bool *isolates);
int weak_remainder_isolates(const audit *a, bool *isolates) {
  if (a->known == NULL) return bpi_audit_isolates(a, isolates);
  *isolates = false;
  return 0;
}
