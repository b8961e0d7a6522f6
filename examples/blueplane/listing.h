/* listing.h: what all listings share: query, title, output. */
#ifndef LISTING_H
#define LISTING_H

#include "program.h"

#define LISTING_TABLE "titles,compact,brief"

/* Runs the query with the period, order, limit and baseline of the options; `order` and `period`
 * are the defaults. */
int ask_listing(bp_result **out, const program *p, question *q, const char *order,
                const char *period);
/* Writes the title for people: the days of the listing, and the total of the metric `total` unless
 * it is NULL. */
void put_listing_title(text *t, const program *p, const bp_result *r, const char *total);
/* Reports that the period is empty, and suggests `otherwise`, or with NULL, --period all, and after
 * that doctor. */
void explain_nothing(const program *p, const bp_result *r, const char *otherwise);
/* Prints the result in the chosen format; an empty one in a table for people becomes a message. */
int show_listing(const program *p, const bp_result *r, const char *table_options);

#endif
