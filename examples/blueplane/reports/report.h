/* report.h: the reports, and what they share. */
#ifndef REPORT_H
#define REPORT_H

#include "../published.h"
#include "paper.h"

/* Return exit codes; print errors. */
int report_executive(program *asked, paper_form form);
int report_research(program *asked, paper_form form);

/* Applies the files of --assumptions and --benchmark. */
int use_references(const program *p, const published *x);
/* Writes the definitions of the results' metrics, and what is withheld and why. */
void put_definitions(paper *p, const bp_result *const *results, size_t count);
/* Ends the paper and writes it to --output, or to standard output. */
int write_paper(const program *p, paper *written, const char *title);

#endif
