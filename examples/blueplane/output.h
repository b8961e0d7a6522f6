/* output.h: writes data to standard output, and messages about it to standard error. */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <blueplane/blueplane.h>

#include "figures.h"
#include "screen.h"

/* Writes the text to standard output, and empties it. EXIT_FAILED on an error. */
int write_out(text *t);
/* Writes the text to a file that only its owner can read, replacing it atomically; "-" is standard
 * output. Empties the text. */
int write_file(const char *path, text *t);
/* Writes the result in the format of the screen; `table_options` such as "titles,compact" are added
 * for tables. EXIT_NOTHING if it has no rows, EXIT_WITHHELD if all its values are withheld. */
int write_result(const screen *s, const bp_result *r, const char *table_options);
/* The same for a further result with the same columns; csv and Markdown then omit the header. */
int write_further(const screen *s, const bp_result *r, const char *table_options);
/* Writes several results as one JSON document, under `names`, which ends with NULL. */
int write_documents(const char *schema, const char *const *names, const bp_result *const *results);
/* Writes one JSON object, which is also one line of ndjson. */
int write_json(json *j);

/* Writes one line to standard error, unless --quiet. */
TEXT_FORMAT(2, 3) void note(const screen *s, const char *format, ...);
/* Writes an error and, unless NULL, the `hint` how to resolve it, one line each. Returns `code`. */
int complain(int code, const char *hint, const char *format, ...) TEXT_FORMAT(3, 4);
/* Reports an unknown name; `what` is a phrase like "there is no command". The hint is the nearest
 * known name, or else `hint`. */
int complain_of_name(const char *what, const nearest *n, const char *hint);
/* Reports an error of the library with its details, and frees it. Returns its exit code. */
int complain_of(bp_error *error);
/* The same for an error in the content of a file, which the message names. */
int complain_of_content(const char *path, bp_error *error);
/* Redirects later errors to the text; NULL: back to standard error. */
void gather_complaints(text *into);
/* Prints an error when it appears or changes, not at every retry: `told` is the one before. Takes
 * ownership of `said`. */
void tell_news(text *told, text *said);

#endif
