/* privacy/agreement.c */
#include "privacy/agreement.h"

#include "base/time.h"

#define DAYS_OF_WEEK 7

static int compare(const agreement *a, const agreement *b) {
  if (a->audience != b->audience) return a->audience < b->audience ? -1 : 1;
  return (a->family > b->family) - (a->family < b->family);
}

bool bpi_agreements_valid(const agreement *list, size_t count) {
  if (count > AGREEMENTS_MAX) return false;
  for (size_t i = 0; i < count; i++)
    if (list[i].audience == 0 || list[i].family >= AGREEMENT_FAMILIES ||
        list[i].since >= list[i].until || list[i].until > BPI_LAST_DAY ||
        (i > 0 && compare(&list[i - 1], &list[i]) >= 0))
      return false;
  return true;
}

agreed_span bpi_agreed_both(agreed_span a, agreed_span b) {
  return (agreed_span){a.since > b.since ? a.since : b.since,
                       a.until < b.until ? a.until : b.until};
}

agreed_span bpi_agreements_span(const agreement *list, size_t count, unsigned audience,
                                uint32_t families) {
  agreed_span all = families == 0 ? (agreed_span){0, 0} : AGREED_ALWAYS;
  for (size_t i = 0; i < count; i++) {
    if (list[i].audience != audience || !(families >> list[i].family & 1)) continue;
    all = bpi_agreed_both(all, (agreed_span){list[i].since, list[i].until});
    families &= ~(UINT32_C(1) << list[i].family);
  }
  return families == 0 ? all : (agreed_span){0, 0};
}

bool bpi_agreed_week(agreed_span span, int64_t monday) {
  return span.since <= monday && monday + DAYS_OF_WEEK <= span.until;
}

void bpi_agreements_put(buf *out, const agreement *list, size_t count) {
  for (size_t i = 0; i < count; i++) {
    bpi_put_number(out, list[i].audience, 1);
    bpi_put_number(out, list[i].family, 1);
    bpi_put_number(out, list[i].since, 4);
    bpi_put_number(out, list[i].until, 4);
  }
}

bool bpi_agreements_take(bytes *from, agreement *list, size_t count) {
  if (count > AGREEMENTS_MAX) return false;
  for (size_t i = 0; i < count; i++) {
    list[i].audience = (uint8_t)bpi_take_number(from, 1);
    list[i].family = (uint8_t)bpi_take_number(from, 1);
    list[i].since = (uint32_t)bpi_take_number(from, 4);
    list[i].until = (uint32_t)bpi_take_number(from, 4);
  }
  return !from->failed && bpi_agreements_valid(list, count);
}
