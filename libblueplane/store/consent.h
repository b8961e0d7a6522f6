/* store/consent.h: consent a person gave and withdrew, and the audit of who queried the store.
 * Consent rows are only added; the last row for a purpose and audience is in force until it
 * expires. Knows rows and times; does not know what a purpose means or who may query. */
#ifndef BPI_STORE_CONSENT_H
#define BPI_STORE_CONSENT_H

#include "store/store.h"

#define CONSENT_MOST_US (INT64_C(180) * 86400 * 1000000) /* longest duration of a consent */

typedef struct consent_row {
  const char *purpose, *audience;
  bool granted;
  int64_t at_us, expires_us; /* expires_us: only of a grant */
  bool last;                 /* no later row of the same purpose and audience */
} consent_row;

/* Call inside a transaction. */
int bpi_consent_add(store *s, const consent_row *row, bp_error **error);
/* How many consent rows were ever added, erased ones included. A team store compares it to tell
 * later statements from earlier ones. */
int bpi_consent_said(store *s, int64_t *count, bp_error **error);
/* Counts an erasure of everything as a statement, too. Call inside a transaction. */
int bpi_consent_erased(store *s, bp_error **error);
/* In the order in which they were added. */
int bpi_read_consents(store *s, int (*row)(void *user, const consent_row *row), void *user,
                      bp_error **error);

#define AUDIT_FUNCTION_MAX 32
#define AUDIT_ASKED_MAX 255
/* One query with one access level; repeated on the same day it is the same row. */
typedef struct audit_row {
  /* day: days since 1970; at_us: the first time on that day */
  int64_t day, access, from_us, until_us, at_us;
  char function[AUDIT_FUNCTION_MAX + 1], asked[AUDIT_ASKED_MAX + 1];
} audit_row;

/* Adds the rows that are missing and deletes days before `oldest`. If the connection is read-only,
 * another one is opened to write. */
int bpi_audit_add(store *s, const audit_row *rows, size_t count, int64_t oldest, bp_error **error);
int bpi_read_audit(store *s, int (*row)(void *user, const audit_row *row), void *user,
                   bp_error **error);

#endif
