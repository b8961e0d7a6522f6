/* result/words.c */
#include "result/words.h"

#include <string.h>

/* clang-format off: braces of values, not of blocks */
#define CLOSED(dimension) #dimension,
static const char *const closed[] = {
#include "result/words.def"
};
#undef CLOSED

#define WORD(dimension_, word_, title_) {#dimension_, word_, title_},
const word_title bpi_words[] = {
#include "result/words.def"
    {NULL, NULL, NULL}};
#undef WORD
/* clang-format on */

bool bpi_words_of(const char *dimension) {
  for (size_t i = 0; i < sizeof closed / sizeof *closed; i++)
    if (strcmp(closed[i], dimension) == 0) return true;
  return false;
}

void bpi_word_add(buf *out, const char *dimension, const char *word, size_t length) {
  for (const word_title *w = bpi_words; w->dimension != NULL; w++)
    if (strcmp(w->dimension, dimension) == 0 && strlen(w->word) == length &&
        memcmp(w->word, word, length) == 0) {
      bpi_buf_text(out, w->title);
      return;
    }
  for (size_t i = 0; i < length; i++)
    bpi_buf_char(out, word[i] == '_' ? ' ' : word[i]);
}
