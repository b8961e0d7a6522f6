/* result/words.h: display titles for the words of closed vocabularies: "Claude Code" for
 * claude_code. One table (words.def) for all output that people read; does not know results. */
#ifndef BPI_RESULT_WORDS_H
#define BPI_RESULT_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

typedef struct word_title {
  const char *dimension, *word, *title;
} word_title;

extern const word_title bpi_words[]; /* ends with dimension NULL */

/* Whether the values of a dimension are words of this library, not names from users or logs. */
bool bpi_words_of(const char *dimension);
/* The title of a word; NULL if it is not in the table. */
const char *bpi_word_title(const char *dimension, const char *word, size_t length);
/* Writes the title of a word, or the word with spaces for underscores. */
void bpi_word_add(buf *out, const char *dimension, const char *word, size_t length);

#endif
