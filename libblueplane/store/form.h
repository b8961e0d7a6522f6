/* store/form.h: how a fact is encoded in a row of its table, and how a reader's state of a file is.
 * In memory a fact has a word per attribute; in a row, attributes with few values share one
 * integer, times are whole milliseconds where possible, and a result's time is relative to its
 * call. Knows words and columns; does not know what they mean. Included only inside store/. */
#ifndef BPI_STORE_FORM_H
#define BPI_STORE_FORM_H

#include "store/batch.h"

#define STORED_WORDS_MAX FACT_WORDS_MAX

/* Some bits of a word, and their position in the column. */
typedef struct stored_bits {
  int word, from, bits, to;
} stored_bits;

typedef struct stored_column {
  const char *name;
  enum { STORED_PLAIN, STORED_TIME, STORED_AFTER, STORED_BITS } how;
  int word;                /* index in the fact; the first one in `bits` */
  int after;               /* the word this time is relative to, if both are known */
  const stored_bits *bits; /* ends with a width of 0 */
} stored_column;

typedef struct fact_form {
  int columns; /* not counting id and k2 */
  const stored_column *column;
} fact_form;
extern const fact_form bpi_fact_forms[FACT_KINDS];

static inline int bpi_stored_words(fact_kind kind) {
  return bpi_fact_forms[kind].columns + 2;
}

/* Encodes a fact as a row: id, k2, the columns. `row` has STORED_WORDS_MAX words and may be `fact`
 * itself. */
void bpi_form_store(fact_kind kind, int64_t *row, const int64_t *fact);
/* Decodes a row; `fact` must not overlap it. */
void bpi_form_load(fact_kind kind, int64_t *fact, const int64_t *row);

/* Most words of a reader's state are 0: three bytes say which are not, followed by those, eight
 * bytes each, most significant byte first. Returns the length; 0 if all are 0. */
#define MEMORY_BYTES_MAX (3 + 8 * FILE_MEMORY)
size_t bpi_memory_store(unsigned char out[MEMORY_BYTES_MAX], const int64_t words[FILE_MEMORY]);
/* Words that the data does not hold become 0. */
void bpi_memory_load(int64_t words[FILE_MEMORY], const void *data, size_t length);

#endif
