/* page.c: assembles a self-contained page: policy, styles, body, data, scripts. Knows HTML, not the
 * content. */
#include "page.h"

#include <string.h>

#include <sodium.h>

/* Writes a digest as in a Content-Security-Policy. */
static void put_digest(text *t, const char *source) {
  unsigned char digest[crypto_hash_sha256_BYTES];
  char base64[sodium_base64_ENCODED_LEN(sizeof digest, sodium_base64_VARIANT_ORIGINAL)];
  crypto_hash_sha256(digest, (const unsigned char *)source, strlen(source));
  sodium_bin2base64(base64, sizeof base64, digest, sizeof digest, sodium_base64_VARIANT_ORIGINAL);
  text_addf(t, " 'sha256-%s'", base64);
}

static void put_sources(text *t, const char *directive, const char *const *sources) {
  text_addf(t, "; %s", directive);
  bool any = false;
  for (; sources != NULL && *sources != NULL; sources++) {
    if (**sources == '\0') continue;
    put_digest(t, *sources);
    any = true;
  }
  if (!any) text_add(t, " 'none'");
}

static void put_policy(text *t, const page *p) {
  text_add(t, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'");
  put_sources(t, "style-src", p->styles);
  put_sources(t, "script-src", p->scripts);
  if (p->connect != NULL) text_addf(t, "; connect-src %s", p->connect);
  text_add(t, "; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'\">\n");
}

static void put_elements(text *t, const char *name, const char *const *sources) {
  for (; sources != NULL && *sources != NULL; sources++)
    if (**sources != '\0') text_addf(t, "<%s>%s</%s>\n", name, *sources, name);
}

void html_text(text *t, const char *string) {
  for (const char *c = string; *c != '\0'; c++) {
    switch (*c) {
    case '&': text_add(t, "&amp;"); break;
    case '<': text_add(t, "&lt;"); break;
    case '>': text_add(t, "&gt;"); break;
    case '"': text_add(t, "&quot;"); break;
    default: text_add_bytes(t, c, 1);
    }
  }
}

/* Writes JSON in a script element. "<" occurs only in strings, where it is escaped. */
static void put_data(text *t, const char *document) {
  text_add(t, "<script type=\"application/json\" id=\"data\">");
  for (const char *c = document; *c != '\0';) {
    size_t plain = strcspn(c, "<");
    text_add_bytes(t, c, plain);
    c += plain;
    if (*c == '\0') break;
    text_add(t, "\\u003c");
    c++;
  }
  text_add(t, "</script>\n");
}

void write_page(text *t, const page *p) {
  text_add(t, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
  put_policy(t, p);
  text_add(t, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
              "<meta name=\"color-scheme\" content=\"light dark\">\n"
              "<meta name=\"referrer\" content=\"no-referrer\">\n<title>");
  html_text(t, p->title);
  text_add(t, "</title>\n");
  put_elements(t, "style", p->styles);
  text_add(t, "</head>\n<body>\n");
  text_add(t, p->body);
  if (p->data != NULL) put_data(t, p->data);
  put_elements(t, "script", p->scripts);
  text_add(t, "</body>\n</html>\n");
}
