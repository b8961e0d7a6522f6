/* result/words.h: how people write the words of closed vocabularies: "Claude Code" for claude_code. One table
 * for everything that is read by people; knows no table of results. */
#ifndef BPI_RESULT_WORDS_H
#define BPI_RESULT_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

typedef struct word_title {
  const char *dimension, *word, *title;
} word_title;

extern const word_title bpi_words[]; /* ends with dimension NULL */

/* Whether the values of a dimension are words of this library, and not names that somebody gave. */
bool bpi_words_of(const char *dimension);
/* NULL if it does not stand in the table. */
const char *bpi_word_title(const char *dimension, const char *word, size_t length);
/* A word as people write it: by the table, else with spaces for underscores. */
void bpi_word_add(buf *out, const char *dimension, const char *word, size_t length);

#endif
