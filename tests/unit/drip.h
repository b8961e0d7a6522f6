/* tests/unit/drip.h: an input for the scanner that returns at most `step` bytes per read. */
#ifndef TESTS_UNIT_DRIP_H
#define TESTS_UNIT_DRIP_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct drip {
  const void *data;
  size_t length, at, step;
} drip;

static inline int64_t drip_read(void *user, void *into, size_t length) {
  drip *d = user;
  size_t n = d->length - d->at;
  if (n > length) n = length;
  if (n > d->step) n = d->step;
  if (n > 0) memcpy(into, (const char *)d->data + d->at, n);
  d->at += n;
  return (int64_t)n;
}

#endif
