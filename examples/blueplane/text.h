/* text.h: a text that grows, columns that line up on a terminal, JSON, and what people may have
 * meant. Knows characters; knows nothing of metrics. Out of memory ends the program. */
#ifndef TEXT_H
#define TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The compiler checks formats, those of C11; on Windows "printf" would mean another one. */
#if defined(__MINGW32__)
#define TEXT_FORMAT(format_at, values_at) __attribute__((format(gnu_printf, format_at, values_at)))
#elif defined(__GNUC__)
#define TEXT_FORMAT(format_at, values_at) __attribute__((format(printf, format_at, values_at)))
#else
#define TEXT_FORMAT(format_at, values_at)
#endif

typedef struct text {
  char *data; /* NUL-terminated, NULL while empty */
  size_t length, capacity;
} text;

/* FNV-1a, from TEXT_HASH_START on: of a text, and with a number more. */
#define TEXT_HASH_START UINT64_C(14695981039346656037)
uint64_t hash_text(uint64_t hash, const char *string);
uint64_t hash_number(uint64_t hash, uint64_t value);

void *need(void *memory); /* what malloc and its like gave, or the end */
char *copy_text(const char *string);
TEXT_FORMAT(1, 2) char *print_text(const char *format, ...);

void text_free(text *t);
void text_add(text *t, const char *string);
void text_add_bytes(text *t, const char *bytes, size_t length);
TEXT_FORMAT(2, 3) void text_addf(text *t, const char *format, ...);
void text_addv(text *t, const char *format, va_list arguments);
void text_repeat(text *t, const char *string, int times);

/* Columns the string takes on a terminal. */
int text_width(const char *string);
/* The string in exactly `width` columns: filled on the right, on the left for a negative width, or
 * cut with "…" ("~" if ascii). 0: as it is. */
void text_fit(text *t, const char *string, int width, bool ascii);
/* The string without what would move the cursor or turn the direction: it may come from a file. */
char *text_safe(const char *string);
/* Words broken into lines that end before column `width` (0: one line), each line after the first
 * indented. The first is taken to begin at `indent`, too. */
void text_wrap(text *t, const char *string, int width, int indent);

/* "kB", "MiB" and their like, or "B": how many bytes. False: none of them. */
bool bytes_unit(double *factor, const char *unit);
/* "500 MB": bytes as people write them. */
bool parse_bytes(double *bytes, const char *said);

/* JSON. The writer puts the commas: `json_open` and `json_close` take one of "{}[]", a key is NULL
 * in an array. */
typedef struct json {
  text out;
  bool comma;
} json;
void json_open(json *j, const char *key, char bracket);
void json_close(json *j, char bracket);
void json_text(json *j, const char *key, const char *value); /* NULL: null */
void json_int(json *j, const char *key, int64_t value);
void json_real(json *j, const char *key, double value);
void json_bool(json *j, const char *key, bool value);
void json_null(json *j, const char *key);
void json_document(json *j, const char *key, const char *document); /* JSON, in one line then */
/* In JSON that a program wrote: half a character, as is left where a text was cut, becomes U+FFFD in its place.
 * cJSON refuses all of a document that has one. */
void json_mend_halves(char *document);

/* The candidate nearest to what was typed, or NULL if none is near. `best` and `distance` carry the
 * search over several calls; begin with NULL and 0. */
typedef struct nearest {
  const char *typed, *best;
  unsigned distance;
} nearest;
void nearest_try(nearest *n, const char *candidate);

#endif
