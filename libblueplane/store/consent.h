/* store/consent.h: what a person agreed to and took back, and who asked what of the store. Rows are
 * only added; the last word on a purpose and an audience stands until it ends. Knows words and times;
 * does not know what a purpose means or who may ask. */
#ifndef BPI_STORE_CONSENT_H
#define BPI_STORE_CONSENT_H

#include "store/store.h"

#define CONSENT_MOST_US (INT64_C(180) * 86400 * 1000000) /* how far ahead consent may end */

typedef struct consent_row {
  const char *purpose, *audience;
  bool granted;
  int64_t at_us, expires_us; /* expires_us: of a grant */
  bool last;                 /* no later row of the same purpose and audience */
} consent_row;

/* Inside a transaction. */
int bpi_consent_add(store *s, const consent_row *row, bp_error **error);
/* How often anything was said, also if it was erased since: who hears of it knows by that which words
 * came later. */
int bpi_consent_said(store *s, int64_t *count, bp_error **error);
/* That all was erased is a word, too. Inside a transaction. */
int bpi_consent_erased(store *s, bp_error **error);
/* In the order in which they were said. */
int bpi_read_consents(store *s, int (*row)(void *user, const consent_row *row), void *user,
                      bp_error **error);

#define AUDIT_FUNCTION_MAX 32
#define AUDIT_ASKED_MAX 255
/* One question of one access; the same again on the same day is the same row. */
typedef struct audit_row {
  /* day: since 1970; at_us: the first time that day */
  int64_t day, access, from_us, until_us, at_us;
  char function[AUDIT_FUNCTION_MAX + 1], asked[AUDIT_ASKED_MAX + 1];
} audit_row;

/* Adds those that are not there and forgets days before `oldest`. A store whose connection only reads
 * is written through another one. */
int bpi_audit_add(store *s, const audit_row *rows, size_t count, int64_t oldest, bp_error **error);
int bpi_read_audit(store *s, int (*row)(void *user, const audit_row *row), void *user,
                   bp_error **error);

#endif
