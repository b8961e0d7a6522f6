/* output.h: data goes to standard output, everything said about it to standard error. */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <blueplane/blueplane.h>

#include "figures.h"
#include "screen.h"

/* Writes the text to standard output; EXIT_FAILED where that is not possible. Empties it. */
int write_out(text *t);
/* The text as a file that only the person can read, whole or not at all; "-" is standard output. What
 * was there before is replaced. Empties the text. */
int write_file(const char *path, text *t);
/* The result in the format of the screen, with `table_options` such as "titles,compact" added for
 * tables. EXIT_NOTHING where it has no rows, EXIT_WITHHELD where nothing of it may be seen. */
int write_result(const screen *s, const bp_result *r, const char *table_options);
/* The same of a further one with the same columns, whose rows follow in csv and Markdown without another header. */
int write_further(const screen *s, const bp_result *r, const char *table_options);
/* Results side by side in one JSON document, under `names`, ended by NULL. */
int write_documents(const char *schema, const char *const *names, const bp_result *const *results);
/* One JSON object, which is also one line of ndjson. */
int write_json(json *j);

/* One line on standard error, unless --quiet. */
TEXT_FORMAT(2, 3) void note(const screen *s, const char *format, ...);
/* A line each for what went wrong and, where `hint` is not NULL, how to mend it. Returns `code`. */
int complain(int code, const char *hint, const char *format, ...) TEXT_FORMAT(3, 4);
/* What a name is that nobody knows, as in "there is no command"; the nearest that is known, or else `hint`. */
int complain_of_name(const char *what, const nearest *n, const char *hint);
/* Says what the library says, with its details; frees the error. Returns the exit code for it. */
int complain_of(bp_error *error);
/* The same of what stands in a file, which is named. */
int complain_of_content(const char *path, bp_error *error);
/* Complaints from now on go into the text instead of to standard error; NULL: no more. */
void gather_complaints(text *into);

#endif
