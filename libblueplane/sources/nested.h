/* sources/nested.h: the texts of some members of a JSON object that is itself the text of a JSON
 * string, as it streams by decoded. Finds them, hands them on piece by piece, judges nothing: the
 * inner object is content, and may be broken. */
#ifndef BPI_SOURCES_NESTED_H
#define BPI_SOURCES_NESTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct nested {
  const char *const *wanted; /* members of the outermost object that are wanted; ends with NULL */
  /* A piece of the text of a wanted member, or of an item of it if it is an array; a piece of
   * length 0 comes where a text or item begins. */
  void (*text)(void *user, int member, const char *piece, size_t length);
  void *user;
  unsigned depth;
  bool in_text, escaped, is_value, in_array;
  int member;      /* that stands open, or -1 */
  unsigned digits; /* of a \u escape still to come */
  uint32_t unit, high;
  size_t key_length;
  char key[16];
} nested;

void bpi_nested_start(nested *n, const char *const *wanted,
                      void (*text)(void *user, int member, const char *piece, size_t length),
                      void *user);
void bpi_nested_feed(void *nested_object, const char *piece, size_t length); /* nested * */

#endif
