/* base/programs.h: known programs, and how the words after their names change what they do. */
#ifndef BPI_BASE_PROGRAMS_H
#define BPI_BASE_PROGRAMS_H

typedef enum program_rule {
  PLAIN,                /* the name is enough */
  SUBCOMMAND,           /* "NAME WORD" may be a row of `subcommands` */
  SUBCOMMAND_OR_SCRIPT, /* the same, otherwise the word is a program or script to run */
  SCRIPT,               /* the next word is a script of the project */
  TARGETS,              /* all words are targets */
  WRAPPER,              /* runs the command after its options; alone it is `code` */
  WRAPPER_AFTER_ONE,    /* the same, after one argument of its own */
  WRAPPER_OF_LINE,      /* the same, also with a whole command line in one word */
  AGAIN_AFTER_ONE,      /* for a subcommand: another one follows its argument */
  SHELL                 /* -c: the next word is a command line; otherwise a script */
} program_rule;

typedef struct subcommand {
  const char *name;
  int code;
  program_rule rule;
} subcommand;

typedef struct program {
  const char *name;
  int code; /* without a more telling word; PROGRAM_NONE: says nothing about the line's purpose */
  program_rule rule;
  const char *family;  /* program whose subcommands it shares; NULL: its own */
  const char *options; /* options that take an argument */
} program;

/* Finds a program by name without folder: "python3.11", "clang-format-14", "npm.cmd". NULL:
 * unknown. */
const program *bpi_program_find(const char *name);
const subcommand *bpi_subcommand_find(const program *p, const char *word);
/* The purpose of a project's script, by its name: "test:unit", "bootRun", "check-types". */
int bpi_script_purpose(const char *name, int otherwise);

#endif
