/* page.h: a page that needs nothing but itself: what is put together here opens from a file, loads nothing and runs
 * no script but its own. */
#ifndef PAGE_H
#define PAGE_H

#include "../text.h"

typedef struct page {
  const char *title;
  const char *const *styles;  /* CSS, ended by NULL; may be NULL */
  const char *const *scripts; /* JavaScript in the order it runs, ended by NULL; may be NULL */
  const char *body;           /* HTML of our own making; texts in it went through html_text */
  const char *data;           /* a JSON document that scripts find in the element "data"; or NULL */
  const char *connect;        /* where scripts may ask: NULL nowhere, "'self'" their server */
} page;

/* The whole document. Its policy names the digest of each style and script, so nothing that comes into it by
 * another way is applied or run. */
void write_page(text *t, const page *p);

/* The string as it stands in HTML, between tags or in an attribute between double quotes. */
void html_text(text *t, const char *string);

/* The files of this folder, as they were when the program was built. */
extern const char page_base_css[], page_report_css[], page_dashboard_css[], page_dashboard_html[];
extern const char page_live_css[], page_live_js[];
extern const char page_mail_css[];
extern const char page_figures_js[], page_parts_js[], page_detail_js[], page_personal_js[],
    page_team_js[];
/* The charting library; empty texts where the build had no npm. */
extern const char page_uplot_css[], page_uplot_js[];

#endif
