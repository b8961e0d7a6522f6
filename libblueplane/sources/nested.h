/* sources/nested.h: finds the texts of some members of a JSON object that is itself inside a JSON
 * string, while the decoded string streams by. Passes them on piece by piece and validates nothing:
 * the inner object is content and may be malformed. */
#ifndef BPI_SOURCES_NESTED_H
#define BPI_SOURCES_NESTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct nested {
  const char *const *wanted; /* wanted members of the outermost object; ends with NULL */
  /* Receives a piece of the text of a wanted member, or of an item if it is an array; a piece of
   * length 0 marks the beginning of each text. */
  void (*text)(void *user, int member, const char *piece, size_t length);
  void *user;
  unsigned depth;
  bool in_text, escaped, is_value, in_array;
  int member;      /* the open member; -1: none */
  unsigned digits; /* digits of a \u escape still to come */
  uint32_t unit, high;
  size_t key_length;
  char key[16];
} nested;

void bpi_nested_start(nested *n, const char *const *wanted,
                      void (*text)(void *user, int member, const char *piece, size_t length),
                      void *user);
void bpi_nested_feed(void *nested_object, const char *piece, size_t length); /* nested * */

#endif
