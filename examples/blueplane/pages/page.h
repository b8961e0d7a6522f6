/* page.h: writes self-contained pages, which open from a file, load nothing and run only their own
 * scripts. */
#ifndef PAGE_H
#define PAGE_H

#include "../text.h"

typedef struct page {
  const char *title;
  const char *const *styles;  /* CSS; ends with NULL; may be NULL */
  const char *const *scripts; /* JavaScript in the order it runs; ends with NULL; may be NULL */
  const char *body;           /* HTML; all foreign texts in it were escaped by html_text */
  const char *data;           /* JSON for scripts, in the element "data"; or NULL */
  const char *connect;        /* where scripts may connect: NULL nowhere, "'self'" their server */
} page;

/* Writes the document. Its policy has the digests of its styles and scripts, so that no injected
 * ones are applied or run. */
void write_page(text *t, const page *p);

/* Escapes a string for HTML text, or for an attribute in double quotes. */
void html_text(text *t, const char *string);

/* The files of this folder, embedded at build time. */
extern const char page_base_css[], page_report_css[], page_dashboard_css[], page_dashboard_html[];
extern const char page_live_css[], page_live_js[];
extern const char page_mail_css[];
extern const char page_figures_js[], page_parts_js[], page_detail_js[], page_personal_js[],
    page_team_js[];
/* The charting library; empty if the build had no npm. */
extern const char page_uplot_css[], page_uplot_js[];

#endif
