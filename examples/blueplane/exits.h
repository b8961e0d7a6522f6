/* exits.h: the exit codes of the program. docs/cli.md lists them; tests/cli checks them. */
#ifndef EXITS_H
#define EXITS_H

enum {
  EXIT_OK = 0,
  EXIT_FAILED = 1,
  EXIT_USAGE = 2,
  EXIT_NOTHING = 3,   /* the query was valid, but there is nothing to show */
  EXIT_WITHHELD = 4,  /* withheld to protect privacy */
  EXIT_THRESHOLD = 5, /* health --fail-on */
  EXIT_BUSY = 6,      /* another process has locked the store */
  EXIT_INTERRUPTED = 130
};

#endif
