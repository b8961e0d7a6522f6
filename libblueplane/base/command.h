/* base/command.h: the purpose of a command line. */
#ifndef BPI_BASE_COMMAND_H
#define BPI_BASE_COMMAND_H

#include <stddef.h>

/* The most telling program in it, a code of VOCABULARY_PROGRAM; keeps nothing of the line. */
int bpi_program_of_command(const char *command, size_t length);

#endif
