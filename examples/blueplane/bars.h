/* bars.h: prints a result as lines of a name, a bar and figures. */
#ifndef BARS_H
#define BARS_H

#include "output.h"

typedef char *(*row_name)(const bp_result *r, size_t row); /* the caller frees it */

/* A column of the result by its name, with its heading. The bars show the first column. Columns
 * that do not fit are named below; earlier ones take precedence, and the first is always shown. */
typedef struct bar_column {
  const char *name, *heading;
  const char *second;     /* NULL, or a column printed beside it: +512 -120 */
  const char *low, *high; /* NULL, or the columns with the bounds of its interval: 93 % (81-98 %) */
} bar_column;

#define BAR_COLUMNS_MOST 8
/* `columns` ends with name NULL. */
void put_bars(text *t, const screen *s, const bp_result *r, row_name name,
              const bar_column *columns);
/* The same figures, without bars, as a table of is_markup; exit code. */
int write_bar_columns(const screen *s, const bp_result *r, row_name name,
                      const bar_column *columns);

#endif
