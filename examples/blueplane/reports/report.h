/* report.h: the reports, and what they share. */
#ifndef REPORT_H
#define REPORT_H

#include "../published.h"
#include "paper.h"

/* Complain; exit codes. */
int report_executive(program *asked, paper_form form);
int report_research(program *asked, paper_form form);

/* The documents of --assumptions and --benchmark. */
int use_references(const program *p, const published *x);
/* What each figure of the results means, and what is hidden and why. */
void put_definitions(paper *p, const bp_result *const *results, size_t count);
/* Ends it and writes it to --output, or to standard output. */
int write_paper(const program *p, paper *written, const char *title);

#endif
