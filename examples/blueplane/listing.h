/* listing.h: what all listings share. */
#ifndef LISTING_H
#define LISTING_H

#include "program.h"

#define LISTING_TABLE "titles,compact,brief"

/* The question with the period, order, limit and baseline of the options; `order` and `period`
 * stand in for what they leave open. */
int ask_listing(bp_result **out, const program *p, question *q, const char *order,
                const char *period);
/* What the listing is about, where people read it: its days, and the total of a metric unless
 * `total` is NULL. */
void put_listing_title(text *t, const program *p, const bp_result *r, const char *total);
/* Says that the period holds nothing, and what else to try; NULL: to look at everything. */
void explain_nothing(const program *p, const bp_result *r, const char *otherwise);
/* The result in the format asked for; a word instead where people read it and it is empty. */
int show_listing(const program *p, const bp_result *r, const char *table_options);

#endif
