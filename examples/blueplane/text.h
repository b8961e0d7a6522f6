/* text.h: growing text buffers, columns aligned on a terminal, JSON, and suggestions for mistyped
 * names. Knows characters, not metrics. Running out of memory ends the program. */
#ifndef TEXT_H
#define TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Lets the compiler check C11 format strings; on Windows "printf" would mean other formats. */
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

/* FNV-1a: continues a hash, at first TEXT_HASH_START, with a string or a number. */
#define TEXT_HASH_START UINT64_C(14695981039346656037)
uint64_t hash_text(uint64_t hash, const char *string);
uint64_t hash_number(uint64_t hash, uint64_t value);

void *need(void *memory); /* returns its argument; NULL ends the program */
char *copy_text(const char *string);
TEXT_FORMAT(1, 2) char *print_text(const char *format, ...);

void text_free(text *t);
void text_add(text *t, const char *string);
void text_add_bytes(text *t, const char *bytes, size_t length);
TEXT_FORMAT(2, 3) void text_addf(text *t, const char *format, ...);
void text_addv(text *t, const char *format, va_list arguments);
void text_repeat(text *t, const char *string, int times);

/* Columns that the string takes on a terminal. */
int text_width(const char *string);
/* The string in exactly |width| columns: padded on the right, or on the left if negative, or cut
 * with "…" ("~" if ascii). 0: as it is. */
void text_fit(text *t, const char *string, int width, bool ascii);
/* The string without characters that would move the cursor or change the text direction, as it may
 * come from a file. */
char *text_safe(const char *string);
/* Breaks words into lines that end before column `width` (0: one line); all lines but the first are
 * indented. The first line already starts at column `indent`. */
void text_wrap(text *t, const char *string, int width, int indent);

/* The factor of a unit: "B", "kB", "MiB", .... False: no such unit. */
bool bytes_unit(double *factor, const char *unit);
/* Parses a size like "500 MB". */
bool parse_bytes(double *bytes, const char *said);

/* JSON. The writer adds the commas. `json_open` and `json_close` take one of "{}[]"; the key is
 * NULL in an array. */
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
void json_document(json *j, const char *key, const char *document); /* valid JSON, made one line */
/* Replaces unpaired surrogates in JSON, which remain where a program cut a text, by U+FFFD in
 * place: cJSON refuses a whole document for one of them. */
void json_mend_halves(char *document);

/* The candidate nearest to what was typed, or NULL if none is near. The struct carries the search
 * over several calls; set `best` to NULL and `distance` to 0 first. */
typedef struct nearest {
  const char *typed, *best;
  unsigned distance;
} nearest;
void nearest_try(nearest *n, const char *candidate);

#endif
