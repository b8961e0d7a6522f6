/* system.h: what the program asks of the operating system beyond standard C, once for POSIX and once for
 * Windows. Paths are UTF-8; a failure is an errno. Knows no command. */
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
#define TEMPORARY "TMP" /* the variable that names the place of temporary folders */
#else
#define PATH_DIVIDERS "/"
#define HOW_TO_CLOSE "chmod 600 '%s'"
#define HOW_TO_OPEN "chmod u+rx '%s'"
#define TEMPORARY "TMPDIR"
#endif

/* Before anything is read or written: bytes are bytes, and the first Ctrl-C calls the function; a second one
 * ends the program whatever it is doing. */
void system_begin(void (*on_interrupt)(int number));
unsigned processor_count(void); /* at least 1 */

/* ------------------------------------------------------------------------- terminal and input */

bool is_terminal(FILE *stream);
int terminal_width(void); /* columns; 0: not known */
/* Bytes of standard input, as soon as there are some; 0: none within so many milliseconds, or none any more. */
size_t read_soon(void *into, size_t size, int milliseconds);

/* Sleeps until `descriptor`, unless it is negative, has something to read, or for so long. False: until a signal. */
bool sleep_on(int descriptor, int milliseconds);

/* -------------------------------------------------------------------------------------- places */

/* Of the person; the caller frees it. */
char *home_folder(void);
/* The path with '/' between its parts, whatever else may divide them here; the caller frees it. */
char *plain_path(const char *path);
/* A new folder for a short time; the caller frees its path. NULL: there can be none. */
char *temporary_folder(void);
/* Without links; NULL if it does not exist; the caller frees it. */
char *real_path(const char *path);
bool is_absolute(const char *path);
/* What a link says; false: there is none. */
bool read_link(char *target, size_t size, const char *path);

/* --------------------------------------------------------------------------- files and folders */

typedef struct file_look {
  bool is_file, is_folder;
  int64_t size, modified_ns;
} file_look;
bool look_at(file_look *out, const char *path); /* at a link itself; false: errno says why */
bool is_folder(const char *path);               /* or a link to one */
bool is_special(const char *path);              /* a device, a pipe or the like, or a link to one */
bool may_list(const char *path);
double room_left(const char *path); /* bytes on its disk; negative: not known */

int make_private_folder(const char *path); /* one that is there: EEXIST */
/* A new file for its owner alone, to be written; NULL: errno says why, EEXIST if there is one. */
FILE *create_private(const char *path);
/* One write at the end of a file for its owner alone, never through a link. */
int append_private(const char *path, const char *data, size_t length);
int replace_file(const char *from, const char *to); /* whether or not there is one */

typedef enum privacy { PRIVACY_OWN, PRIVACY_SHARED, PRIVACY_FOREIGN, PRIVACY_UNKNOWN } privacy;
/* Whose a file is and who else may read or write it; `said` gets the words for it. UNKNOWN: errno says why. */
privacy privacy_of(char said[64], const char *path);

/* Becomes another program, found on the path where it names no folder; errno if it cannot. */
int become(const char *program, char **words);

#endif
