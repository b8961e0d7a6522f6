/* live_page.h: what the live pages show: today, and health. The same part is in the page when it is loaded and
 * comes again with each change. */
#ifndef LIVE_PAGE_H
#define LIVE_PAGE_H

#include "../stats.h"
#include "../vitals.h"

/* What changes of a page. */
void put_live_today(text *t, const stats *s);
void put_live_health(text *t, const vitals *v);

/* The page around it: takes `part` and empties it. `events` is where its changes come from, NULL: it
 * stays as it is, without a script; `both`: there is a page of today and one of health. */
void write_live_page(text *t, const char *title, const char *events, text *part, bool both);

#endif
