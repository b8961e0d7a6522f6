/* bars.h: a result as lines of a name, a bar and figures. */
#ifndef BARS_H
#define BARS_H

#include "output.h"

typedef char *(*row_name)(const bp_result *r, size_t row); /* the caller frees it */

/* A column by its name in the result, and what it is called here. The first is what the bars show;
 * those that find no room are left out, the last first. */
typedef struct bar_column {
  const char *name, *heading;
  const char *second;     /* NULL, or a column shown with it: +512 -120 */
  const char *low, *high; /* NULL, or columns between which it lies: 93 % (81-98 %) */
} bar_column;

#define BAR_COLUMNS_MOST 8
/* `columns` ends with name NULL. */
void put_bars(text *t, const screen *s, const bp_result *r, row_name name,
              const bar_column *columns);

#endif
