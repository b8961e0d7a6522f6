/* result/words.c: the tables made from words.def. */
#include "result/words.h"

#include <string.h>

/* clang-format off */
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

const char *bpi_word_title(const char *dimension, const char *word, size_t length) {
  for (const word_title *w = bpi_words; w->dimension != NULL; w++)
    if (strcmp(w->dimension, dimension) == 0 && strlen(w->word) == length &&
        memcmp(w->word, word, length) == 0)
      return w->title;
  return NULL;
}

void bpi_word_add(buf *out, const char *dimension, const char *word, size_t length) {
  const char *title = bpi_word_title(dimension, word, length);
  if (title != NULL) bpi_buf_text(out, title);
  for (size_t i = 0; title == NULL && i < length; i++)
    bpi_buf_char(out, word[i] == '_' ? ' ' : word[i]);
}
