/* The rules of publication, each as if it were missing. privacy/publication.c and view_rules.c are built against
 * these for the controls: the tests must find what each rule is there for. */
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

/* No dominance, no least number of people behind a number. */
bool weak_parts_safe(const parts *p, int64_t width, int32_t k) {
  (void)p, (void)width, (void)k;
  return true;
}

/* Everybody who agreed is shown, whoever that leaves over in a cell. */
void weak_views_choose(const views *v, bool *shown) {
  memcpy(shown, v->agreed, v->people * sizeof *shown);
}

/* Nor is it asked what follows from all cells together; what has to do with nobody's view is. */
#undef bpi_audit_isolates
int bpi_audit_isolates(const audit *a, bool *isolates);
int weak_remainder_isolates(const audit *a, bool *isolates) {
  if (a->known == NULL) return bpi_audit_isolates(a, isolates);
  *isolates = false;
  return 0;
}
