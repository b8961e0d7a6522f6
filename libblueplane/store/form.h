/* store/form.h: how a fact lies in a row of its table, and what a reader keeps of a file. In memory a fact has a word for everything;
 * in a row what comes from small vocabularies shares one integer, times are milliseconds where they
 * are whole, and a result's time is told from that of its call. Knows words and columns; does not know
 * what they mean. Included only inside store/. */
#ifndef BPI_STORE_FORM_H
#define BPI_STORE_FORM_H

#include "store/batch.h"

#define STORED_WORDS_MAX FACT_WORDS_MAX

/* Some bits of a word, and where they lie in the column. */
typedef struct stored_bits {
  int word, from, bits, to;
} stored_bits;

typedef struct stored_column {
  const char *name;
  enum { STORED_PLAIN, STORED_TIME, STORED_AFTER, STORED_BITS } how;
  int word;                /* of the fact; first in `bits` */
  int after;               /* the word whose time it is told from, where both are known */
  const stored_bits *bits; /* ends with a width of 0 */
} stored_column;

typedef struct fact_form {
  int columns; /* beside id and k2 */
  const stored_column *column;
} fact_form;
extern const fact_form bpi_fact_forms[FACT_KINDS];

static inline int bpi_stored_words(fact_kind kind) {
  return bpi_fact_forms[kind].columns + 2;
}

/* The row of a fact: id, k2, the columns. `row` has STORED_WORDS_MAX words and may be the fact itself. */
void bpi_form_store(fact_kind kind, int64_t *row, const int64_t *fact);
/* The fact of a row, which is another place. */
void bpi_form_load(fact_kind kind, int64_t *fact, const int64_t *row);

/* Of a reader's words nearly all are 0: three bytes say which are not, then those, eight bytes each, the
 * greatest first. Gives the length; 0 if all are 0. */
#define MEMORY_BYTES_MAX (3 + 8 * FILE_MEMORY)
size_t bpi_memory_store(unsigned char out[MEMORY_BYTES_MAX], const int64_t words[FILE_MEMORY]);
/* What does not fit counts as 0. */
void bpi_memory_load(int64_t words[FILE_MEMORY], const void *data, size_t length);

#endif
