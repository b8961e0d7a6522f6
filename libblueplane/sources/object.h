/* sources/object.h: how a source reads its input object by object and an object member by member.
 * Nothing is reported before the object it comes from has been read completely and is valid. Knows
 * JSON and why a record is rejected; knows no format. */
#ifndef BPI_SOURCES_OBJECT_H
#define BPI_SOURCES_OBJECT_H

#include "sources/names.h"
#include "sources/source.h"

/* Texts before they become identifiers and labels; length 0: absent. */
typedef struct id_text {
  size_t length;
  char at[IDENT_RAW_MAX];
} id_text;
typedef struct name_text {
  size_t length;
  char at[NAME_RAW_MAX];
} name_text;

typedef struct object_reader {
  /* Reads the members of the open object to its end. Returns a REJECT_ reason, 0 or BP_ERR_NOMEM.
   * Must not change anything that outlives the object. */
  int (*take)(void *self, scan *s);
  /* Called after `take` for a valid object: acts on it. Returns 0 or BP_ERR_. */
  int (*emit)(void *self);
  void *self;
  /* An array at the top level is read as the objects in it, and values may span several lines;
   * except in a file of lines (.jsonl), where a malformed line affects only itself. */
  bool lists;
} object_reader;

/* Reads all objects of the input; rejects and counts other values. Returns 0, what emit or the
 * checkpoint returned, or BP_ERR_IO. */
int bpi_read_objects(source_input *in, const object_reader *reader);

/* Reads the objects of the array that comes next, as bpi_read_objects does for the input: each is
 * acted on as soon as it is complete, so a document of any length is held in pieces. Other values
 * are skipped. Returns 0 or BP_ERR_. */
int bpi_read_items(source_input *in, const object_reader *reader);

/* Defines the keys of an object from one list: LIST(X) has an X(NAME, "key") for each. Gives the
 * array `keys`, which bpi_object_member takes, and the names as indices into it. */
#define OBJECT_KEYS(keys, LIST)                                                                    \
  enum { LIST(OBJECT_KEY_NAME) };                                                                  \
  static const char *const keys[] = {LIST(OBJECT_KEY_TEXT) NULL}
#define OBJECT_KEY_NAME(name, key) name,
#define OBJECT_KEY_TEXT(name, key) key,

/* The next member of the open object whose key is in `keys` (ends with NULL, at most 64); its value
 * comes next. Returns its index, -1 at the end of the object or on failure. Other members are
 * skipped. `seen` must start at 0; a duplicate key sets *reject if that is 0. */
int bpi_object_member(scan *s, const char *const *keys, uint64_t *seen, int *reject);

/* Reads a text; one that does not fit is left out and counted in *dropped. False if the value is
 * neither a text nor null. */
bool bpi_object_text(scan *s, char *into, size_t capacity, size_t *length, unsigned *dropped);
#define bpi_object_into(s, text, dropped)                                                          \
  bpi_object_text(s, (text)->at, sizeof(text)->at, &(text)->length, dropped)

/* Reads an RFC 3339 time; BPI_TIME_NONE if it is invalid. */
int64_t bpi_object_time(scan *s);
/* The same for milliseconds since the epoch. */
int64_t bpi_object_time_ms(scan *s);
/* Reads a count; -1 if it is null. An invalid one sets *reject if that is 0. */
int64_t bpi_object_count(scan *s, int *reject);
bool bpi_object_true(scan *s);

/* Reads a word of a short closed list: its index in `words` (ends with NULL), -1 for any other
 * value. */
int bpi_object_word(scan *s, const char *const *words);
/* The code of a text in a vocabulary; `other` for one that is too long, `absent` for other
 * types. */
int bpi_object_code(scan *s, int (*code_of)(const char *word, size_t length), int other,
                    int absent);

/* For recognising an input: sets a bit for each of `keys` that the first object has within these
 * bytes with a value of that type (SCAN_END: any). `lists`: the object may be the first of an array
 * and span several lines. */
uint64_t bpi_object_first(const char *bytes, size_t length, bool lists, const char *const *keys,
                          scan_type type);

/* The REJECT_ reason for a scanner's error. */
int bpi_object_reason(const scan *s);

/* Index of a text in a list that ends with NULL; -1 if it is not in it. */
int bpi_list_index(const char *const *list, const char *text, size_t length);

#endif
