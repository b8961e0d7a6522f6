/* system.h: what the program needs from the operating system beyond standard C, implemented for
 * POSIX and for Windows. Paths are UTF-8; failures are errno values. Knows no command. */
#ifndef SYSTEM_H
#define SYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef _WIN32
#define PATH_DIVIDERS "/\\"
#define HOW_TO_CLOSE "icacls \"%s\" /inheritance:r /grant:r \"%%USERNAME%%\":F"
#define HOW_TO_OPEN "icacls \"%s\" /grant \"%%USERNAME%%\":RX"
#define TEMPORARY "TMP" /* the variable that names the folder for temporary files */
#else
#define PATH_DIVIDERS "/"
#define HOW_TO_CLOSE "chmod 600 '%s'"
#define HOW_TO_OPEN "chmod u+rx '%s'"
#define TEMPORARY "TMPDIR"
#endif

/* To be called first: makes standard streams binary, and makes the first Ctrl-C call the handler;
 * a second one ends the program at once. */
void system_begin(void (*handler)(int number));
unsigned processor_count(void); /* at least 1 */
double seconds_now(void);       /* more than 0, of a clock that nobody sets */

/* ------------------------------------------------------------------------- terminal and input */

bool is_terminal(FILE *stream);
int terminal_width(void); /* columns; 0: unknown */
/* Reads bytes from standard input as soon as there are some; 0: end of input, or none within
 * `milliseconds`. */
size_t read_soon(void *into, size_t size, int milliseconds);

/* Sleeps for `milliseconds`, or until `descriptor`, unless negative, is readable. False: a signal
 * ended it. */
bool sleep_on(int descriptor, int milliseconds);

/* -------------------------------------------------------------------------------------- places */

/* The person's home; the caller frees it. */
char *home_folder(void);
/* The path with '/' between its parts, whatever the system uses; the caller frees it. */
char *plain_path(const char *path);
/* Makes a new temporary folder; the caller frees its path. NULL: failed. */
char *temporary_folder(void);
/* The path with links resolved; NULL if it does not exist; the caller frees it. */
char *real_path(const char *path);
bool is_absolute(const char *path);
/* Reads the target of a link; false: not a link. */
bool read_link(char *target, size_t size, const char *path);

/* --------------------------------------------------------------------------- files and folders */

typedef struct file_look {
  bool is_file, is_folder;
  int64_t size, modified_ns;
} file_look;
bool look_at(file_look *out, const char *path); /* does not follow links; false: see errno */
bool is_folder(const char *path);               /* or a link to one */
bool is_special(const char *path);              /* a device, a pipe or the like, or a link to one */
bool may_list(const char *path);
double room_left(const char *path); /* free bytes on its disk; negative: unknown */

int make_private_folder(const char *path); /* EEXIST if it exists */
/* Opens a new file, readable only by its owner, for writing. NULL: see errno; EEXIST if it
 * exists. */
FILE *create_private(const char *path);
/* Appends to a file readable only by its owner, in one write, never through a link. */
int append_private(const char *path, const char *data, size_t length);
int replace_file(const char *from, const char *to); /* `to` may exist */

typedef enum privacy { PRIVACY_OWN, PRIVACY_SHARED, PRIVACY_FOREIGN, PRIVACY_UNKNOWN } privacy;
/* Who owns a file and who else may read or write it; `said` gets a description. UNKNOWN: see
 * errno. */
privacy privacy_of(char said[64], const char *path);

/* Replaces this process by another program, searched on PATH if it has no folder. Returns only on
 * failure, with errno. */
int become(const char *program, char **words);

#endif
