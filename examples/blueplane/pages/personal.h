/* personal.h: what a person's own dashboard asks. */
#ifndef PERSONAL_H
#define PERSONAL_H

#include "../program.h"
#include "data.h"

/* Every answer that the page can show, for every period it offers; exit code. */
int put_personal(data *d, program *p);

#endif
