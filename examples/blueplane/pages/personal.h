/* personal.h: the queries of a person's own dashboard. */
#ifndef PERSONAL_H
#define PERSONAL_H

#include "../program.h"
#include "data.h"

/* Writes all data that the page can show, for every period it offers; exit code. */
int put_personal(data *d, program *p);

#endif
