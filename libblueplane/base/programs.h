/* base/programs.h: which programs, and what the words behind their names make of them. */
#ifndef BPI_BASE_PROGRAMS_H
#define BPI_BASE_PROGRAMS_H

typedef enum program_rule {
  PLAIN,                /* the name says it */
  SUBCOMMAND,           /* "NAME WORD" may be a row of `subcommands` */
  SUBCOMMAND_OR_SCRIPT, /* the same, else the word is a program or script to run */
  SCRIPT,               /* the next word is a script of the project */
  TARGETS,              /* all words are targets */
  WRAPPER,              /* runs the command behind its options; alone it is `code` */
  WRAPPER_AFTER_ONE,    /* the same, with an argument of its own before it */
  WRAPPER_OF_LINE,      /* the same, also of a command line in one word */
  AGAIN_AFTER_ONE,      /* of a subcommand: behind its argument comes another */
  SHELL                 /* -c: the next word is a command line; else a script */
} program_rule;

typedef struct subcommand {
  const char *name;
  int code;
  program_rule rule;
} subcommand;

typedef struct program {
  const char *name;
  int code; /* without a word that tells more; PROGRAM_NONE: nothing of a line's purpose */
  program_rule rule;
  const char *family;  /* whose subcommands it has; NULL: its own */
  const char *options; /* those that take a word */
} program;

/* By a program's name without its folder: "python3.11", "clang-format-14", "npm.cmd". NULL: unknown. */
const program *bpi_program_find(const char *name);
const subcommand *bpi_subcommand_find(const program *p, const char *word);
/* What a script of a project is for, by its name: "test:unit", "bootRun", "check-types". */
int bpi_script_purpose(const char *name, int otherwise);

#endif
