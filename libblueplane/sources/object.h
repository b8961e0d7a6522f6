/* sources/object.h: how a source reads its input object by object and an object member by member.
 * Nothing is handed on before the object it comes from has been read to its end and found whole.
 * Knows JSON and why a record is refused; knows no format. */
#ifndef BPI_SOURCES_OBJECT_H
#define BPI_SOURCES_OBJECT_H

#include "sources/names.h"
#include "sources/source.h"

/* Texts as they are read, before they become identifiers and labels; length 0: absent. */
typedef struct id_text {
  size_t length;
  char at[IDENT_RAW_MAX];
} id_text;
typedef struct name_text {
  size_t length;
  char at[NAME_RAW_MAX];
} name_text;

typedef struct object_reader {
  /* Reads the members of the open object, to its end. Returns a REJECT_ reason, 0 or BP_ERR_NOMEM;
   * must change nothing that outlives the object. */
  int (*take)(void *self, scan *s);
  /* The object was whole: acts on it. Returns 0 or BP_ERR_. */
  int (*emit)(void *self);
  void *self;
  /* An array at the top is the objects in it. Values may go over several lines, but not in a file of
   * lines (.jsonl), where a broken one costs itself. */
  bool lists;
} object_reader;

/* Reads all objects of the input. Refuses, and counts, what is none. Returns 0, what emit or the
 * checkpoint returned, or BP_ERR_IO. */
int bpi_read_objects(source_input *in, const object_reader *reader);

/* Reads the objects of the array that stands next, as bpi_read_objects those of the input: each is acted
 * on as soon as it has been read to its end, so a document of any length is held piece by piece. Another
 * type of value is skipped. Returns 0 or BP_ERR_. */
int bpi_read_items(source_input *in, const object_reader *reader);

/* Next member of the open object whose key is in `keys` (ends with NULL, at most 64); its value
 * stands next. Returns its index, -1 at the end of the object or on failure. Other members are
 * skipped. `seen` starts at 0; a key that comes twice sets *reject if it is 0. */
int bpi_object_member(scan *s, const char *const *keys, uint64_t *seen, int *reject);

/* A text, if it is one and fits; one that does not fit is left out and counted in *dropped. False
 * if the value is neither a text nor null. */
bool bpi_object_text(scan *s, char *into, size_t capacity, size_t *length, unsigned *dropped);
#define bpi_object_into(s, text, dropped)                                                          \
  bpi_object_text(s, (text)->at, sizeof(text)->at, &(text)->length, dropped)

/* A time as RFC 3339 text; BPI_TIME_NONE if it is none. */
int64_t bpi_object_time(scan *s);
/* The same as milliseconds since the epoch. */
int64_t bpi_object_time_ms(scan *s);
/* A count, -1 if it is absent or null; what is no count sets *reject if it is 0. */
int64_t bpi_object_count(scan *s, int *reject);
bool bpi_object_true(scan *s);

/* A text of a short closed list: its index in `words` (ends with NULL), -1 for any other value. */
int bpi_object_word(scan *s, const char *const *words);
/* The code that a vocabulary gives a text; `other` for one that is too long, `absent` for what is none. */
int bpi_object_code(scan *s, int (*code_of)(const char *word, size_t length), int other,
                    int absent);

/* By which an input may be recognised: a bit for each of `keys` that the first object in the bytes has, as
 * far as it lies in them, with a value of that type (SCAN_END: of any). `lists`: it may be the first of an
 * array, and go over several lines. */
uint64_t bpi_object_first(const char *bytes, size_t length, bool lists, const char *const *keys,
                          scan_type type);

/* Why what a scanner stopped at is refused. */
int bpi_object_reason(const scan *s);

/* Index of a text in a list that ends with NULL; -1 if it is not there. */
int bpi_list_index(const char *const *list, const char *text, size_t length);

#endif
