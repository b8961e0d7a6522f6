/* live_page.h: the live pages of today and of health. The part that changes is in the page when it
 * is loaded, and is sent again with each change. */
#ifndef LIVE_PAGE_H
#define LIVE_PAGE_H

#include "../stats.h"
#include "../vitals.h"

/* The parts that change. */
void put_live_today(text *t, const stats *s);
void put_live_health(text *t, const vitals *v);

/* Writes the page around `part`, and empties it. `events`: the path of its event stream; NULL: a
 * static page without a script. `both`: links to the pages of today and of health. */
void write_live_page(text *t, const char *title, const char *events, text *part, bool both);

#endif
