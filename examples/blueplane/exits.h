/* exits.h: the exit codes of the program. docs/cli.md lists them; tests/cli checks them. */
#ifndef EXITS_H
#define EXITS_H

enum {
  EXIT_OK = 0,
  EXIT_FAILED = 1,
  EXIT_USAGE = 2,
  EXIT_NOTHING = 3,   /* the question was fine, there is nothing to show */
  EXIT_WITHHELD = 4,  /* privacy does not allow it */
  EXIT_THRESHOLD = 5, /* health --fail-on */
  EXIT_BUSY = 6,      /* another process holds the store */
  EXIT_INTERRUPTED = 130
};

#endif
