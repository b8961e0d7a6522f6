/* base/command.h: what a command line is run for. */
#ifndef BPI_BASE_COMMAND_H
#define BPI_BASE_COMMAND_H

#include <stddef.h>

/* The most telling program of it, of VOCABULARY_PROGRAM; keeps none of it. */
int bpi_program_of_command(const char *command, size_t length);

#endif
