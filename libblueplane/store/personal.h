/* store/personal.h: every table of a personal store and how erasure treats it, so that none can be
 * forgotten: a test compares the list with the schema. Included only inside store/. */
#ifndef BPI_STORE_PERSONAL_H
#define BPI_STORE_PERSONAL_H

#include "base/buf.h"
#include "store/sql.h"

typedef enum personal_how {
  PERSONAL_FACT,    /* rows are erased one by one, as the selector says */
  PERSONAL_DERIVED, /* rebuilt from the remaining facts */
  PERSONAL_SESSION, /* a row is erased when nothing of the session remains */
  PERSONAL_NAME,    /* a row is erased when nothing refers to it */
  PERSONAL_PLACE,   /* where something was read: erased with its source, or with everything */
  PERSONAL_OWN,     /* the person's decisions and the audit: erased with everything, and by age */
  /* operational figures: erased with everything, and not counted in the receipt */
  PERSONAL_SYSTEM,
  PERSONAL_KEPT /* holds nothing about a person: settings, marks of erasures */
} personal_how;

#define PERSONAL_LABELS 6
typedef struct personal_table {
  const char *name;
  personal_how how;
  const char *labels[PERSONAL_LABELS]; /* columns that hold label numbers */
} personal_table;

extern const personal_table bpi_personal_tables[]; /* ends with name NULL */

/* Appends "(SELECT ... UNION SELECT ...)": the numbers of all labels in use. */
void bpi_personal_labels(buf *out);

#endif
