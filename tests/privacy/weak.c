/* The rules of publication, each as if it were missing. privacy/publication.c is built against these
 * for the controls: the tests must find what each rule is there for. */
#include "privacy/audit.h"
#include "privacy/figures.h"

int weak_audit_isolates(const audit *a, bool *isolates);
bool weak_parts_safe(const parts *p, int64_t width, int32_t k);

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
