/* store/personal.h: every table of a personal store and what erasure does with it, so that none can be
 * forgotten: a test compares the list with the schema. Included only inside store/. */
#ifndef BPI_STORE_PERSONAL_H
#define BPI_STORE_PERSONAL_H

#include "base/buf.h"
#include "store/sql.h"

typedef enum personal_how {
  PERSONAL_FACT,    /* rows go one by one, as the selector says */
  PERSONAL_DERIVED, /* made anew of the facts that are left */
  PERSONAL_SESSION, /* a row goes when nothing is left of the session */
  PERSONAL_NAME,    /* a row goes when nothing refers to it any more */
  PERSONAL_PLACE,   /* where something was read: goes with its source, or with everything */
  PERSONAL_OWN,     /* what the person decided and who asked: goes with everything, and by age */
  PERSONAL_SYSTEM,  /* figures of the system: go with everything, and are nothing that is counted */
  PERSONAL_KEPT     /* holds nothing of a person: settings, marks of what was erased */
} personal_how;

#define PERSONAL_LABELS 6
typedef struct personal_table {
  const char *name;
  personal_how how;
  const char *labels[PERSONAL_LABELS]; /* columns that are numbers of labels */
} personal_table;

extern const personal_table bpi_personal_tables[]; /* ends with name NULL */

/* "(SELECT ... UNION SELECT ...)": the numbers of all labels that something refers to. */
void bpi_personal_labels(buf *out);

#endif
